public import NetworkTypes

/// Who of the nodes gives addresses away, and what is recorded, as one node knows it.
public struct Allocation: Equatable, Sendable {
    /// Who allocates.
    public enum Allocator: Hashable, Sendable {
        /// This node.
        case own
        /// Another one, whose records are followed.
        case node(NodeName)
        /// None that is known yet.
        case unknown
    }

    /// In a part of the network whose nodes reach each other there is one, but for a moment.
    public var allocator: Allocator
    /// Of a node that follows another: what that one has recorded, as last heard; nil before that.
    ///
    /// Of the one that allocates: what the nodes had recorded when it began, of each Service what most of them had.
    public var records: [SharedRecord]?

    /// As a member knows it, or as it is where a node is alone.
    public init(allocator: Allocator, records: [SharedRecord]? = nil) {
        self.allocator = allocator
        self.records = records
    }
}
