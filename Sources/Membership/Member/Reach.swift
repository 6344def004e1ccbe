/// How two nodes hear each other.
public enum Reach: String, Hashable, Sendable, CaseIterable {
    /// Dead, as far as can be known.
    case unreachable
    /// It is heard, but hears neither this node nor another.
    case deaf
    /// A third node hears both, so it lives, though it is not heard here.
    case witnessed
    /// Both hear each other.
    case mutual

    /// Whether what the node claims counts.
    public var isMember: Bool { self == .witnessed || self == .mutual }
}
