public import NetworkTypes

/// Addresses to hand out, and to whom.
public struct Pool: Hashable, Sendable {
    /// Which free address is taken next.
    public enum Order: String, Hashable, Sendable, CaseIterable {
        /// The lowest.
        case ascending
        /// The highest.
        case descending
        /// The first free one from a place that the hash of the Service's name gives, so that a Service which is
        /// deleted and created again usually gets the same address.
        case hashed
    }

    /// What becomes of a Service whose address is in no pool that admits it, as after a pool was edited.
    ///
    /// Only the addresses are recorded, not the pools they came from. So the policy is that of the pools which the
    /// Service could go to, which also holds after a restart.
    public enum RemovalPolicy: String, Hashable, Sendable, CaseIterable {
        /// It keeps the address and is reported as out of its pool.
        case keep
        /// It gets an address of this pool, if one is free.
        case reassign
    }

    /// Unique among the pools (`Configuration` checks).
    public var name: String
    /// In any order; never overlapping within a pool or between pools (`Configuration` checks).
    public var ranges: [AddressRange]
    /// False: only for Services that name the pool or one of its addresses.
    public var autoAssign = true
    /// Which of its free addresses comes next.
    public var order = Order.ascending
    /// Never chooses IPv4 addresses whose last octet is 0 or 255, IPv6 addresses whose low 64 bits are zero, or the
    /// first of an IPv6 prefix up to /126 (subnet-router anycast). A Service may still ask for one of them.
    public var skipEdgeAddresses = false
    /// Pools with a higher number are tried first; equal ones in the order written.
    public var priority = 0
    /// Namespaces whose Services may use the pool. With this empty and no `namespaceSelector`: all.
    public var namespaces: Set<String> = []
    /// Admits namespaces by label, in addition to those named.
    public var namespaceSelector: LabelSelector?
    /// Which Services may use the pool, by their labels; nil: all.
    public var serviceSelector: LabelSelector?
    /// Whether Services out of their pool come here.
    public var onRemoval = RemovalPolicy.keep
    /// How long a released address rests before another Service may get it.
    public var quarantine = Duration.zero

    /// A pool open to all, with every setting at its default.
    public init(name: String, ranges: [AddressRange]) {
        self.name = name
        self.ranges = ranges
    }
}

extension Pool {
    /// How many addresses of a range `skipEdgeAddresses` leaves out.
    public static func edgeCount(of range: AddressRange) -> UInt128 {
        let edges = EdgeRule(family: range.family, skipsEdges: true)
        let numbers = (range.first.number...range.last.number).withoutSubnetRouter(range.family)
        guard let ranks = numbers.flatMap(edges.ranks(of:)) else { return range.count }
        return range.count - (ranks.upperBound - ranks.lowerBound) - 1
    }
}
