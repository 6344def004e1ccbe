internal import CLinux
internal import Glibc

/// Holds threads back until it is opened, once and for all.
struct Gate: Sendable {
    private let event: Descriptor

    init() throws(SystemError) {
        event = Descriptor(owning: try check(eventfd(0, Int32(EFD_CLOEXEC)), "eventfd"))
    }

    func open() {
        _ = eventfd_write(event.number, 1)
    }

    func wait() {
        var waited = pollfd(fd: event.number, events: Int16(POLLIN), revents: 0)
        _ = uninterrupted { unsafe poll(&waited, 1, -1) }
    }
}
