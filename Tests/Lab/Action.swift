public import NetworkTypes

/// Something the lab did to the network, and when.
public struct Action: Hashable, Sendable, CustomStringConvertible {
    /// What was done, to whom.
    public let what: String
    /// Just before: the change took effect after this…
    public let began: MonotonicTime
    /// …and before this.
    public let ended: MonotonicTime

    /// The deed with its time in seconds since boot.
    public var description: String { "\(Double(began.nanoseconds) / 1e9) s: \(what)" }
}
