public import NetworkTypes

/// Why a Service does not get what it asks, with all that a sentence about it needs.
public enum Refusal: Error, Hashable, Sendable {
    /// Nothing is configured.
    case noPools
    /// No pool is open to the Service; each with the reason, in the order tried.
    case noPoolAdmits(ServiceKey, [ExcludingPool])
    /// The Service names a pool that is not configured.
    case unknownPool(String, known: [String])
    /// The pool asked for, by its name or by one of its addresses, is not for the Service.
    case poolDoesNotAdmit(ServiceKey, ExcludingPool)
    /// None of these pools, which the Service may use, has addresses of the family.
    case noPoolOfFamily(AddressFamily, pools: [String])
    /// Every pool that the Service may use, for the families it asks; empty when these have no address at all.
    case poolsFull([PoolUsage])
    /// The pools that exist are named for the cure.
    case outsideEveryPool(IPAddress, pools: [String])
    /// The Service asks for a pool and for an address outside it.
    case outsideNamedPool(IPAddress, pool: String)
    /// Another Service holds the address and the two may not share it.
    case held(IPAddress, by: ServiceKey, SharingRule)
    /// A node or interface has the address.
    case reserved(IPAddress)
    /// A Service has the address inside the cluster.
    case clusterIP(IPAddress)
    /// The address is in a range from which the cluster gives cluster IPs.
    case clusterRange(IPAddress, AddressRange)
    /// A host that is not ours answers for the address.
    case conflicted(IPAddress)
    /// The address rests until then; only its former owner may have it before.
    case quarantined(IPAddress, formerOwner: ServiceKey, until: MonotonicTime)
    /// The record of another Service, which has let go of the address, names it still.
    case recordedElsewhere(IPAddress, by: ServiceKey)
    /// The record names an address that nothing but the record says is the Service's, and no pool open to it has it.
    case unconfirmedRecord(IPAddress)
    /// The Service asks for, or has on record, two addresses of one family.
    case twoOfOneFamily(IPAddress, IPAddress)
    /// The Service asks for an address of a family that it does not have.
    case familyNotAsked(IPAddress, asked: [AddressFamily])
    /// No host can own the address: multicast, loopback, link-local and the like.
    case notAssignable(IPAddress)

    /// A pool that does not admit a Service, and why.
    public struct ExcludingPool: Hashable, Sendable {
        /// The pool.
        public let name: String
        /// What keeps the Service out.
        public let exclusion: Pool.Exclusion

        /// A pool and what keeps a Service out.
        public init(name: String, exclusion: Pool.Exclusion) {
            self.name = name
            self.exclusion = exclusion
        }
    }

    /// The rule of sharing that two Services on one address would break.
    public enum SharingRule: Hashable, Sendable {
        /// The Service that asks has no key.
        case asksWithoutKey
        /// The holder has no key.
        case heldWithoutKey
        case otherKey(String)
        /// Same key, but traffic may enter at other nodes.
        case otherPlacement
        case samePort(PortClaim)
    }

    /// A stable code for conditions and metrics.
    public var reason: String {
        switch self {
        case .noPools: "NoPools"
        case .noPoolAdmits: "NoPoolAdmits"
        case .unknownPool: "UnknownPool"
        case .poolDoesNotAdmit: "PoolDoesNotAdmit"
        case .noPoolOfFamily: "NoPoolOfFamily"
        case .poolsFull: "PoolFull"
        case .outsideEveryPool: "AddressOutsidePools"
        case .outsideNamedPool: "AddressOutsidePool"
        case .held: "AddressHeld"
        case .reserved: "AddressReserved"
        case .clusterIP, .clusterRange: "ClusterIP"
        case .conflicted: "AddressConflicted"
        case .quarantined: "AddressQuarantined"
        case .recordedElsewhere: "AddressRecordedElsewhere"
        case .unconfirmedRecord: "RecordNotConfirmed"
        case .twoOfOneFamily: "TwoAddressesOfFamily"
        case .familyNotAsked: "FamilyNotAsked"
        case .notAssignable: "AddressNotAssignable"
        }
    }
}
