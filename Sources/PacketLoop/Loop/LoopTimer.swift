public import NetworkTypes

/// One call of a function at a time to come, on the thread of a `PacketLoop`; it can be armed again and again.
///
/// Every method may be called from any thread. On the loop's own it takes effect at once, so that a cancelled timer
/// never fires; elsewhere with the loop's next turn. The action is kept for as long as the timer is referred to:
/// by its owner, and by the loop while it is armed.
public final class LoopTimer: @unchecked Sendable {
    // Read and written on the loop's thread alone.
    static let nowhere = -1
    var place = LoopTimer.nowhere
    var deadline = MonotonicTime.zero
    var arming: UInt64 = 0

    let action: @Sendable () -> Void
    private let loop: PacketLoop

    init(on loop: PacketLoop, _ action: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.action = action
    }

    /// Takes back a call that has not been made; the timer can be armed again.
    public func cancel() {
        loop.here { [self] in loop.timers.remove(self) }
    }

    /// Replaces the time of the call, whether or not one is outstanding.
    public func restart(at deadline: MonotonicTime) {
        loop.here { [self] in loop.arm(self, at: deadline) }
    }

    /// Replaces the time of the call by one that much after now; a negative duration counts as zero.
    public func restart(after delay: Duration) {
        restart(at: PacketLoop.now.advanced(by: delay))
    }
}
