public import NetworkTypes

/// Tells the time since it was made, as drivers hand it to what they drive.
public struct RunClock: Sendable {
    private let start = ContinuousClock.now

    /// Its origin is now.
    public init() {}

    /// Nobody sets it, and it goes on while the machine sleeps.
    public var now: MonotonicTime { MonotonicTime(nanoseconds: start.duration(to: .now).wholeNanoseconds) }
}
