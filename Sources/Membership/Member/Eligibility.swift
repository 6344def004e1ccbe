public import NetworkTypes

/// What this node can announce.
public struct Eligibility: Hashable, Sendable {
    /// The blocks of interfaces that have a carrier; 0.0.0.0/0 and ::/0 for everything. At most 64 are told to others.
    public var subnets: Set<CIDR>
    /// Whether the node is not to own anything, though it could.
    public var isExcluded: Bool

    /// What a node can announce by these subnets.
    public init(subnets: Set<CIDR>, isExcluded: Bool = false) {
        self.subnets = subnets
        self.isExcluded = isExcluded
    }
}
