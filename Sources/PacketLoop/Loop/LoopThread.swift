internal import CLinux
internal import Glibc

/// A thread of our own: detached, named, deaf to signals.
enum LoopThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Starts a thread; `name` is cut to 15 octets.
    static func start(name: String, _ run: @escaping @Sendable () -> Void) throws(SystemError) {
        let body = unsafe Unmanaged.passRetained(
            Body {
                _ = unsafe herald_thread_set_name(name)
                run()
            })
        let result = unsafe herald_thread_start(enter, body.toOpaque())
        guard result != 0 else { return }
        unsafe body.release()
        throw SystemError("pthread_create", on: name, code: result)
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        if let context = unsafe context { unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
    }

    /// Asks for the round-robin real-time policy at its lowest priority; false where that is not permitted.
    ///
    /// Threads that this one starts, such as those of the concurrency pool, do not inherit it.
    static func becomeRealTime() -> Bool {
        var parameters = sched_param()
        parameters.sched_priority = 1
        return unsafe sched_setscheduler(0, SCHED_RR | Int32(herald_sched_reset_on_fork), &parameters) == 0
    }

    /// Asks the ordinary scheduler to run this thread soon after each wake-up, at the price of short turns.
    static func preferLowLatency() {
        _ = herald_thread_set_slice(100_000)
    }
}
