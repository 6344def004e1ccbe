public import NetworkTypes

/// Tells by the silence of one node that it is dead.
///
/// The detection time is `missed` times the longer of both nodes' intervals. What the own process has slept through does
/// not count as the other's silence, up to twice the detection time.
public struct FailureDetector: Sendable {
    /// What is known of the node.
    public enum Verdict: Hashable, Sendable {
        /// Not heard, or not for the detection time.
        case dead
        /// Its next heartbeat is half an interval late.
        case suspect
        /// Heard lately.
        case alive
    }

    /// How often nodes send and how much silence is death.
    public struct Settings: Hashable, Sendable {
        /// 10 ms to 10 s.
        public let interval: Duration
        /// 2 to 100.
        public let missed: Int

        /// Values out of their range are moved into it.
        public init(interval: Duration = .milliseconds(50), missed: Int = 3) {
            self.interval = min(max(interval, .milliseconds(10)), .seconds(10))
            self.missed = min(max(missed, 2), 100)
        }

        /// The silence after which a node that sends at the own interval is dead.
        public var detectionTime: Duration { interval * missed }
    }

    private var settings: Settings
    /// The longer of both intervals.
    private var interval: Duration
    private var life: Life?
    /// The time between the node's heartbeats.
    public internal(set) var arrivals = ArrivalStatistics()

    private struct Life: Sendable {
        var lastHeard: MonotonicTime
        var deadline: MonotonicTime
        /// How much more of the own pauses may be excused before it is heard again.
        var patience: Duration
    }

    /// A node that has not been heard.
    public init(settings: Settings) {
        self.settings = settings
        interval = settings.interval
    }

    /// Takes other settings; what the node was granted already stands until it is heard again.
    mutating func configure(_ settings: Settings) {
        self.settings = settings
        interval = max(interval, settings.interval)
    }

    /// When the node was heard last; nil when it is dead.
    public var lastHeard: MonotonicTime? { life?.lastHeard }
    /// When `expire(at:)` finds it dead unless it is heard before; nil when it is dead already.
    public var deadline: MonotonicTime? { life?.deadline }
    /// The silence after which the node is dead, as both nodes' intervals have it.
    public var detectionTime: Duration { interval * settings.missed }
    /// Whether it has been heard and not expired since.
    public var isAlive: Bool { life != nil }

    /// Takes any sign of life.
    public mutating func heard(at now: MonotonicTime, senderInterval: Duration) {
        interval = max(settings.interval, min(senderInterval, .seconds(10)))
        let detection = interval * settings.missed
        life = Life(lastHeard: now, deadline: now.advanced(by: detection), patience: detection * 2)
    }

    /// Leaves `time` for what may have arrived while the own process did not look.
    public mutating func excuse(_ time: Duration, at now: MonotonicTime) {
        guard var current = life else { return }
        let granted = min(time, current.patience)
        let extended = now.advanced(by: granted)
        guard extended > current.deadline else { return }
        current.deadline = extended
        current.patience -= granted
        life = current
    }

    /// True when the node has just died.
    public mutating func expire(at now: MonotonicTime) -> Bool {
        guard let deadline, deadline <= now else { return false }
        life = nil
        return true
    }

    /// The node is known to be gone.
    public mutating func stop() {
        life = nil
    }

    /// What is known at `now`, which is for people: nothing is decided on a suspicion.
    public func verdict(at now: MonotonicTime) -> Verdict {
        guard let life, life.deadline > now else { return .dead }
        return life.lastHeard.duration(to: now) > interval * 3 / 2 ? .suspect : .alive
    }
}
