public import IPAM

/// `nodes`: which nodes are meant, by their labels.
public struct NodeChoice: Hashable, Sendable {
    /// What a node's labels must be; empty for every node.
    public var selector = LabelSelector([])

    /// Every node.
    public init() {}
}
