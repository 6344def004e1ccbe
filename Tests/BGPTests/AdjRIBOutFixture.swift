import BGP
import NetworkTypes
import Testing

/// An Adj-RIB-Out, its session's terms and the peer that hears it.
struct AdjRIBOutFixture {
    var rib: AdjRIBOut
    var negotiated: Negotiated
    var peer: ModelPeer
    var now = MonotonicTime.zero

    static let nextHops = ExportPolicy.NextHops(ipv4: address("192.0.2.1"), ipv6: address("2001:db8::1"))

    static func policy(
        peer: String = "192.0.2.254", nextHops: ExportPolicy.NextHops = Self.nextHops,
        _ edit: (inout ExportPolicy) -> Void = { _ in }
    ) -> ExportPolicy {
        var policy = ExportPolicy(asn: ASN(64512), peerAddress: address(peer), nextHops: nextHops)
        edit(&policy)
        return policy
    }

    /// Both families, enhanced refresh, messages of 4096 octets unless `capabilities` says more.
    static func terms(
        _ capabilities: [Capability] = [.enhancedRouteRefresh],
        _ edit: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> Negotiated {
        var configuration = SessionFixture.configuration()
        edit(&configuration)
        let open = SessionFixture.peerOpen(asn: configuration.peerASN, capabilities)
        return try #require(SessionFixture(.established, peer: open, edit).session.negotiated)
    }

    init(_ negotiated: Negotiated, _ policy: ExportPolicy = Self.policy()) {
        self.negotiated = negotiated
        rib = AdjRIBOut(policy: policy)
        peer = ModelPeer(negotiated)
    }

    init() throws {
        self.init(try Self.terms())
    }

    /// A session with everything known; what is wanted has been sent.
    static func ready(_ routes: [CIDR: RouteAttributes] = [:]) throws -> AdjRIBOutFixture {
        var fixture = try AdjRIBOutFixture()
        fixture.rib.replaceAll(with: routes)
        fixture.rib.completeSet()
        fixture.rib.sessionEstablished(fixture.negotiated)
        try fixture.drain()
        return fixture
    }

    /// Gives the peer all there is and returns it.
    @discardableResult
    mutating func drain(limit: Int = 8192) throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let octets = rib.nextMessages(limit: limit, at: now)
            if octets.isEmpty { break }
            #expect(octets.count < limit + MessageHeader.extendedLimit)
            try peer.take(octets)
            all += octets
        }
        #expect(rib.isSynchronized)
        return all
    }

    mutating func pass(_ duration: Duration) { now = now.advanced(by: duration) }

    static func hosts(_ count: Int, family: AddressFamily = .ipv4) -> [CIDR] {
        (0..<count).map {
            CIDR(
                family == .ipv4
                    ? IPAddress(ipv4: 0x0A00_0000 + UInt32($0)) : IPAddress(ipv6: 0x20010DB8 << 96 | UInt128($0)))
        }
    }

    static func routes(_ prefixes: [CIDR], _ edit: (inout RouteAttributes) -> Void = { _ in }) -> [CIDR:
        RouteAttributes]
    {
        var route = RouteAttributes()
        edit(&route)
        return Dictionary(uniqueKeysWithValues: prefixes.map { ($0, route) })
    }

    /// The attributes that the peer has of a prefix.
    func attributes(_ prefix: CIDR) throws -> PathAttributes { try #require(peer.table[prefix]).attributes }
}
