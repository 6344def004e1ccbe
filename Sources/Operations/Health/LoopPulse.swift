public import NetworkTypes
import Synchronization

/// When a loop of the process last turned, by its own word.
public final class LoopPulse: Sendable {
    /// What `/livez` and the metrics call the loop.
    public let name: String
    /// How long it may go without turning; longer means that the process is stuck.
    public let limit: Duration
    private let last: Atomic<Int64>

    /// Counts as having turned at `now`.
    public init(name: String, limit: Duration, now: MonotonicTime) {
        self.name = name
        self.limit = limit
        last = Atomic(now.nanoseconds)
    }

    /// The loop turned.
    public func beat(at now: MonotonicTime) {
        last.store(now.nanoseconds, ordering: .relaxed)
    }

    /// The time since the last turn; negative where that was after `now`.
    public func age(at now: MonotonicTime) -> Duration {
        MonotonicTime(nanoseconds: last.load(ordering: .relaxed)).duration(to: now)
    }

    /// Whether the last turn is no longer ago than `limit`.
    public func isBeating(at now: MonotonicTime) -> Bool { age(at: now) <= limit }
}
