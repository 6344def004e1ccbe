internal import CLinux
internal import Glibc
internal import Synchronization

/// A file descriptor that is closed when nothing refers to it any more.
public final class Descriptor: Sendable {
    private static let closed: Int32 = -1

    private let value: Atomic<Int32>
    private let closer: PacketLoop?

    /// Takes over an open descriptor.
    ///
    /// With a `closer` the kernel is asked to close it on that loop's thread, after what was handed over to the loop
    /// before: for what takes the kernel long to close.
    public init(owning number: Int32, closedOn closer: PacketLoop? = nil) {
        value = Atomic(number)
        self.closer = closer
    }

    /// Makes a second descriptor of the same open file, as for one that a C library keeps and closes itself.
    public convenience init(duplicating number: Int32) throws(SystemError) {
        self.init(owning: try check(fcntl(number, F_DUPFD_CLOEXEC, 0), "F_DUPFD_CLOEXEC"))
    }

    deinit { close() }

    /// The kernel's number, or -1 once closed; every call on it then fails with EBADF.
    public var number: Int32 { value.load(ordering: .acquiring) }
    /// Whether `close()` has not been called.
    public var isOpen: Bool { number != Self.closed }

    /// Closes at once, or, with a closer, in its turn there; there is no number from now on in either case. Harmless when
    /// closed before.
    ///
    /// To be called where the descriptor is used, or after its last use, since the kernel gives the number to others;
    /// and after its watch was cancelled, since a duplicate of the open file would go on being reported.
    public func close() {
        let number = value.exchange(Self.closed, ordering: .acquiringAndReleasing)
        guard number != Self.closed else { return }
        guard let closer else {
            _ = Glibc.close(number)
            return
        }
        closer.execute { _ = Glibc.close(number) }
    }
}
