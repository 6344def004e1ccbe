/// The path attributes that are known here, by type code.
public enum AttributeType: UInt8, Sendable, CaseIterable {
    case origin = 1
    case asPath = 2
    case nextHop = 3
    case multiExitDiscriminator = 4
    case localPreference = 5
    case atomicAggregate = 6
    case aggregator = 7
    case communities = 8
    case originatorID = 9
    case clusterList = 10
    case multiprotocolReach = 14
    case multiprotocolUnreach = 15
    case extendedCommunities = 16
    case as4Path = 17
    case as4Aggregator = 18
    case largeCommunities = 32
    case onlyToCustomer = 35

    /// Whether the definition says optional, transitive, both or neither.
    var category: AttributeFlags {
        switch self {
        case .origin, .asPath, .nextHop, .localPreference, .atomicAggregate: .transitive
        case .multiExitDiscriminator, .originatorID, .clusterList, .multiprotocolReach,
            .multiprotocolUnreach:
            .optional
        case .aggregator, .communities, .extendedCommunities, .as4Path, .as4Aggregator,
            .largeCommunities,
            .onlyToCustomer:
            [.optional, .transitive]
        }
    }
}

extension AttributeType: CustomStringConvertible {
    /// As the RFCs write it.
    public var description: String {
        switch self {
        case .origin: "ORIGIN"
        case .asPath: "AS_PATH"
        case .nextHop: "NEXT_HOP"
        case .multiExitDiscriminator: "MULTI_EXIT_DISC"
        case .localPreference: "LOCAL_PREF"
        case .atomicAggregate: "ATOMIC_AGGREGATE"
        case .aggregator: "AGGREGATOR"
        case .communities: "COMMUNITIES"
        case .originatorID: "ORIGINATOR_ID"
        case .clusterList: "CLUSTER_LIST"
        case .multiprotocolReach: "MP_REACH_NLRI"
        case .multiprotocolUnreach: "MP_UNREACH_NLRI"
        case .extendedCommunities: "EXTENDED COMMUNITIES"
        case .as4Path: "AS4_PATH"
        case .as4Aggregator: "AS4_AGGREGATOR"
        case .largeCommunities: "LARGE_COMMUNITY"
        case .onlyToCustomer: "ONLY_TO_CUSTOMER"
        }
    }
}
