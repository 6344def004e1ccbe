public import NetworkTypes

/// An address that one of the nodes should own.
public struct DesiredAddress: Hashable, Sendable {
    /// What is owned.
    public var address: IPAddress
    /// The only nodes that may own it; nil for any.
    public var candidates: Set<NodeName>?

    /// An address for any node, or for `candidates` alone.
    public init(_ address: IPAddress, candidates: Set<NodeName>? = nil) {
        self.address = address
        self.candidates = candidates
    }
}
