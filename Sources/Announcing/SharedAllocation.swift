public import IPAM
public import LoadBalancing
public import NetworkTypes

/// Who of the nodes that share addresses gives them away, where no API server keeps who has which, and what is recorded.
public struct SharedAllocation: Hashable, Sendable {
    /// Who allocates.
    public enum Allocator: Hashable, Sendable {
        /// This node.
        case own
        /// Another one, whose records are followed.
        case node(NodeName)
        /// None that is known, and why.
        case unknown(Obstacle)
    }

    /// What is recorded of one Service.
    public struct Record: Hashable, Sendable {
        /// Those it was given.
        public var addresses: [IPAddress]
        /// Why it was given none, where that is known.
        public var obstacle: Obstacle?

        /// By default without a reason.
        public init(_ addresses: [IPAddress], obstacle: Obstacle? = nil) {
            self.addresses = addresses
            self.obstacle = obstacle
        }
    }

    /// At most one of the nodes that reach each other, but for a moment.
    public var allocator: Allocator
    /// Of a node that follows another: what that one has recorded, of every Service that it knows.
    ///
    /// Of the one that allocates: what the nodes had recorded when it began, to be taken up before anything is given. Nil
    /// where nothing is known.
    public var records: [ServiceKey: Record]?

    /// As a node knows it now.
    public init(allocator: Allocator, records: [ServiceKey: Record]? = nil) {
        self.allocator = allocator
        self.records = records
    }
}
