public import NetworkTypes

extension PacketLoop {
    /// The kernel's `CLOCK_BOOTTIME`, by which all timers go: it does not stop while the machine is suspended.
    public static var now: MonotonicTime { Poller.now }
    /// The same clock.
    public var now: MonotonicTime { Poller.now }

    /// Calls `action` on the loop's thread at `deadline`, or in the next turn when that has passed.
    ///
    /// May be called from any thread. On a stopped loop the timer never fires.
    @discardableResult
    public func schedule(at deadline: MonotonicTime, _ action: @escaping @Sendable () -> Void) -> LoopTimer {
        let timer = LoopTimer(on: self, action)
        timer.restart(at: deadline)
        return timer
    }

    /// Calls `action` on the loop's thread that much after now.
    @discardableResult
    public func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> LoopTimer {
        schedule(at: now.advanced(by: delay), action)
    }

    /// A timer that is not armed yet.
    public func makeTimer(_ action: @escaping @Sendable () -> Void) -> LoopTimer {
        LoopTimer(on: self, action)
    }

    func arm(_ timer: LoopTimer, at deadline: MonotonicTime) {
        guard !isClosed else { return }
        timers.insert(timer, at: deadline)
    }

    /// Fires what was due at `time`, within the bound of a turn.
    func fireTimers(dueAt time: MonotonicTime) {
        for _ in 0..<Self.turnLimit {
            guard let timer = timers.popDue(at: time) else { return }
            timer.action()
        }
    }
}
