public import LoadBalancing
public import NetworkTypes

/// An event and when it happened.
public struct RecentEvent: Hashable, Sendable {
    /// What happened, and to which Service.
    public var event: ServiceEvent
    /// When it was noted, after its plan was handed over, on the clock of the report.
    public var time: MonotonicTime
}

/// The last events, for people to look at.
struct RecentEvents {
    /// How many are kept.
    static let limit = 50

    /// The newest last.
    private(set) var events: [RecentEvent] = []

    mutating func add(_ new: [ServiceEvent], at time: MonotonicTime) {
        events += new.suffix(Self.limit).map { RecentEvent(event: $0, time: time) }
        if events.count > Self.limit { events.removeFirst(events.count - Self.limit) }
    }
}
