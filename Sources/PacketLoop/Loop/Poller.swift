internal import CLinux
internal import Glibc
internal import NetworkTypes

/// epoll, with an eventfd that wakes it and a timerfd that ends its sleep.
///
/// `add`, `change`, `remove` and `wake` may be called from any thread; `arm` and `wait` by the loop's own alone.
@safe final class Poller: @unchecked Sendable {
    /// One ready descriptor.
    struct Event {
        let token: UInt64
        let readiness: Readiness
    }

    /// Tokens below this are the poller's own.
    static let firstFreeToken: UInt64 = 2
    private static let wakeToken: UInt64 = 0
    private static let timerToken: UInt64 = 1
    private static let eventRange = 64...4096

    private let epoll: Descriptor
    private let wakeUp: Descriptor
    private let timer: Descriptor
    // Used by the loop's own thread alone.
    private var armed = MonotonicTime(nanoseconds: .max)
    private var buffer: UnsafeMutableBufferPointer<epoll_event>

    init() throws(SystemError) {
        unsafe buffer = .allocate(capacity: Self.eventRange.lowerBound)
        unsafe buffer.initialize(repeating: epoll_event())
        epoll = Descriptor(owning: try check(epoll_create1(Int32(EPOLL_CLOEXEC)), "epoll_create1"))
        wakeUp = Descriptor(owning: try check(eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)), "eventfd"))
        timer = Descriptor(
            owning: try check(
                timerfd_create(CLOCK_BOOTTIME, Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK)), "timerfd_create"))
        // Edge-triggered: neither has to be read to fall silent again.
        let events = EPOLLIN.rawValue | EPOLLET.rawValue
        try control(EPOLL_CTL_ADD, wakeUp, events, Self.wakeToken)
        try control(EPOLL_CTL_ADD, timer, events, Self.timerToken)
    }

    deinit { unsafe buffer.deallocate() }

    /// The clock that the timer goes by; it counts time asleep.
    static var now: MonotonicTime {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    func add(_ descriptor: Descriptor, _ interest: Interest, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_ADD, descriptor, interest.events, token)
    }

    /// A descriptor that is closed is no longer known, which is as good.
    func change(_ descriptor: Descriptor, _ interest: Interest, token: UInt64) {
        try? control(EPOLL_CTL_MOD, descriptor, interest.events, token)
    }

    func remove(_ descriptor: Descriptor) {
        try? control(EPOLL_CTL_DEL, descriptor, 0, 0)
    }

    func wake() {
        _ = eventfd_write(wakeUp.number, 1)
    }

    /// Sees to it that a sleep ends at `deadline`. An earlier end is left as it is: one more turn costs less than a call.
    func arm(_ deadline: MonotonicTime, now: MonotonicTime) {
        guard deadline < armed || armed <= now else { return }
        armed = deadline
        guard deadline.nanoseconds != .max else { return }
        let nanoseconds = max(deadline.nanoseconds, 1)
        var value = itimerspec()
        value.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
        value.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        _ = unsafe timerfd_settime(timer.number, Int32(TFD_TIMER_ABSTIME), &value, nil)
    }

    /// What is ready; `watched` is how many descriptors there are, so that one call has room for all of them.
    func wait(blocking: Bool, watched: Int) -> [Event] {
        grow(toHold: watched)
        let count = unsafe epoll_wait(epoll.number, buffer.baseAddress, Int32(buffer.count), blocking ? -1 : 0)
        guard count > 0 else { return [] }
        return unsafe buffer.prefix(Int(count)).compactMap { event in
            let token = unsafe event.data.u64
            guard token >= Self.firstFreeToken else { return nil }
            return unsafe Event(token: token, readiness: Readiness(events: event.events))
        }
    }

    private func grow(toHold watched: Int) {
        let wanted = min(max(watched + 2, Self.eventRange.lowerBound), Self.eventRange.upperBound)
        guard unsafe wanted > buffer.count else { return }
        unsafe buffer.deallocate()
        unsafe buffer = .allocate(capacity: wanted)
        unsafe buffer.initialize(repeating: epoll_event())
    }

    private func control(
        _ operation: Int32, _ descriptor: Descriptor, _ events: UInt32, _ token: UInt64
    ) throws(SystemError) {
        var event = unsafe epoll_event()
        unsafe event.events = events
        unsafe event.data.u64 = token
        try check(unsafe epoll_ctl(epoll.number, operation, descriptor.number, &event), "epoll_ctl")
    }
}
