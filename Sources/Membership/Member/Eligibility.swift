public import NetworkTypes

/// What this node can announce.
public struct Eligibility: Hashable, Sendable {
    /// The blocks of interfaces that have a carrier; 0.0.0.0/0 and ::/0 for everything. At most 64 are told to others.
    public var subnets: Set<CIDR>
    /// The hardware addresses from which it speaks, by which others know its claims on the wire. At most 16 are told.
    public var stations: Set<MACAddress>
    /// Whether the node is not to own anything, though it could.
    public var isExcluded: Bool

    /// What a node can announce by these subnets.
    public init(subnets: Set<CIDR>, stations: Set<MACAddress> = [], isExcluded: Bool = false) {
        self.subnets = subnets
        self.stations = stations
        self.isExcluded = isExcluded
    }
}
