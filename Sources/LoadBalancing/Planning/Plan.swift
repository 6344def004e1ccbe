public import NetworkTypes

/// What one pass of the planner found to do.
public struct Plan: Sendable {
    /// What each announcer should announce now: complete, for every mode that ever had something to announce.
    public var announcements: [Mode: AnnouncementSet] = [:]
    /// What changed for Services, in the order of their keys.
    public var outcomes: [ServiceOutcome] = []
    /// What happened, in order.
    public var events: [ServiceEvent] = []
    /// When to plan again though nothing happens by then; nil: never.
    public var nextWake: MonotonicTime?

    /// Orders nothing: no mode is told anything, nothing is written, and no time to wake is set.
    public init() {}
}
