public import NetworkTypes

/// What a route is, apart from its prefix and its multiprotocol next hop (RFC 4271 section 5).
public struct PathAttributes: Hashable, Sendable {
    /// ORIGIN.
    public var origin: Origin?
    /// AS_PATH; an empty path is there but empty, nil is absent.
    public var asPath: ASPath?
    /// NEXT_HOP of the classic IPv4 routes.
    public var nextHop: IPAddress?
    /// MULTI_EXIT_DISC.
    public var multiExitDiscriminator: UInt32?
    /// LOCAL_PREF.
    public var localPreference: UInt32?
    /// ATOMIC_AGGREGATE.
    public var isAtomicAggregate = false
    /// AGGREGATOR.
    public var aggregator: Aggregator?
    /// COMMUNITIES.
    public var communities: [Community] = []
    /// ORIGINATOR_ID.
    public var originatorID: UInt32?
    /// CLUSTER_LIST.
    public var clusterList: [UInt32] = []
    /// EXTENDED COMMUNITIES.
    public var extendedCommunities: [ExtendedCommunity] = []
    /// AS4_PATH.
    public var as4Path: ASPath?
    /// AS4_AGGREGATOR.
    public var as4Aggregator: Aggregator?
    /// LARGE_COMMUNITY.
    public var largeCommunities: [LargeCommunity] = []
    /// ONLY_TO_CUSTOMER.
    public var onlyToCustomer: ASN?
    /// Optional attributes that are not known here, as they came.
    public var unrecognized: [RawAttribute] = []

    /// No attributes at all.
    public init() {}
}

extension PathAttributes {
    /// Writes those that are there in ascending order of type, the unrecognized ones last.
    ///
    /// `octetsPerNumber` is 4, or 2 towards a speaker that knows no others.
    func encode(into writer: inout ByteWriter, octetsPerNumber: Int) {
        if let origin { writer.writeAttribute(.origin) { $0.write(origin.rawValue) } }
        if let asPath {
            writer.writeAttribute(.asPath) { asPath.encode(into: &$0, octetsPerNumber: octetsPerNumber) }
        }
        if let nextHop { writer.writeAttribute(.nextHop) { $0.write(nextHop) } }
        if let discriminator = multiExitDiscriminator {
            writer.writeAttribute(.multiExitDiscriminator) { $0.write(discriminator) }
        }
        if let localPreference { writer.writeAttribute(.localPreference) { $0.write(localPreference) } }
        if isAtomicAggregate { writer.writeAttribute(.atomicAggregate) { _ in } }
        if let aggregator {
            writer.writeAttribute(.aggregator) {
                aggregator.encode(into: &$0, octetsPerNumber: octetsPerNumber)
            }
        }
        writer.writeList(.communities, communities) { $0.write($1.number) }
        if let originatorID { writer.writeAttribute(.originatorID) { $0.write(originatorID) } }
        writer.writeList(.clusterList, clusterList) { $0.write($1) }
        writer.writeList(.extendedCommunities, extendedCommunities) { $0.write($1.number) }
        if let as4Path {
            writer.writeAttribute(.as4Path) { as4Path.encode(into: &$0, octetsPerNumber: 4) }
        }
        if let as4Aggregator {
            writer.writeAttribute(.as4Aggregator) { as4Aggregator.encode(into: &$0, octetsPerNumber: 4) }
        }
        writer.writeList(.largeCommunities, largeCommunities) {
            $0.write($1.globalAdministrator.number)
            $0.write($1.first)
            $0.write($1.second)
        }
        if let onlyToCustomer {
            writer.writeAttribute(.onlyToCustomer) { $0.write(onlyToCustomer.number) }
        }
        for attribute in unrecognized { attribute.encode(into: &writer) }
    }
}

extension ByteWriter {
    /// One attribute that lists elements; nothing when there are none, since an empty list is malformed.
    fileprivate mutating func writeList<Element>(
        _ type: AttributeType, _ elements: [Element], _ write: (inout ByteWriter, Element) -> Void
    ) {
        guard !elements.isEmpty else { return }
        writeAttribute(type) { for element in elements { write(&$0, element) } }
    }
}
