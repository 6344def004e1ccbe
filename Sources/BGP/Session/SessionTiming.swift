/// The times of a session. All of them can be shortened for tests.
public struct SessionTiming: Hashable, Sendable {
    /// Between two dials that fail.
    public var connectRetry: Duration = .seconds(5)
    /// After an established session was lost without an error: the bounds of a random wait. It doubles as well each
    /// time that the peer has fallen silent.
    public var reconnect: ClosedRange<Duration> = .seconds(1) ... .seconds(3)
    /// In Idle after a first error; each that follows doubles it.
    public var idleHold: Duration = .seconds(5)
    /// After an error: how long the peer is turned away when it dials.
    public var refusal: Duration = .seconds(1)
    /// The most that doubling leads to.
    public var longestIdleHold: Duration = .seconds(60)
    /// How long a session must stand for earlier errors to be forgotten.
    public var stability: Duration = .seconds(60)
    /// For the peer's OPEN, once connected (RFC 4271 section 8.2.2: a large value).
    public var openWait: Duration = .seconds(240)
    /// For a peer that takes nothing; nil is the greater of 8 minutes and twice the hold time (RFC 9687 section 3).
    public var sendHold: Duration?
    /// Random part of the waits, in percent of the value (RFC 4271 section 10).
    public var jitter: ClosedRange<Int> = 75...100

    /// The values that suit most networks.
    public init() {}
}
