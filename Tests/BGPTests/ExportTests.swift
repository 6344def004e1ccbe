import BGP
import NetworkTypes
import Testing

@Suite("How a route looks to a peer")
struct ExportTests {
    typealias Fixture = AdjRIBOutFixture

    static func route(
        _ prefix: CIDR, _ negotiated: Negotiated, _ policy: ExportPolicy,
        _ edit: (inout RouteAttributes) -> Void = { _ in }
    ) throws -> (ModelPeer.Route?, ExportRefusal?) {
        var fixture = Fixture(negotiated, policy)
        fixture.rib.completeSet()
        fixture.rib.replaceAll(with: Fixture.routes([prefix], edit))
        fixture.rib.sessionEstablished(negotiated)
        try fixture.drain()
        #expect(fixture.peer.table.count <= 1)
        return (fixture.peer.table[prefix], fixture.rib.refusal(of: prefix))
    }

    static let ipv4 = cidr("10.0.0.1/32")
    static let ipv6 = cidr("2001:db8:1::1/128")

    static func attributes(
        _ negotiated: Negotiated, _ policy: ExportPolicy = Fixture.policy(),
        _ edit: (inout RouteAttributes) -> Void = { _ in }
    ) throws -> PathAttributes {
        try #require(try route(ipv4, negotiated, policy, edit).0).attributes
    }

    @Test("eBGP: the own AS, prepends as set, no LOCAL_PREF")
    func external() throws {
        let attributes = try Self.attributes(Fixture.terms()) {
            $0.prepends = 2
            $0.localPreference = 300
            $0.multiExitDiscriminator = 5
        }
        #expect(attributes.asPath == ASPath([ASN(64512), ASN(64512), ASN(64512)]))
        #expect(attributes.localPreference == nil)
        #expect(attributes.multiExitDiscriminator == 5)
        #expect(attributes.nextHop == address("192.0.2.1"))
    }

    @Test("iBGP: an empty path and always LOCAL_PREF")
    func inner() throws {
        let terms = try Fixture.terms { $0.peerASN = ASN(64512) }
        let plain = try Self.attributes(terms) { $0.prepends = 3 }
        #expect(plain.asPath == ASPath())
        #expect(plain.localPreference == 100)
        #expect(try Self.attributes(terms) { $0.localPreference = 300 }.localPreference == 300)
    }

    @Test("local-as stands before the real number, or instead of it", arguments: [true, false])
    func localAS(showsRealASN: Bool) throws {
        let terms = try Fixture.terms { $0.localASN = ASN(65000) }
        let policy = Fixture.policy { $0.localAS = .init(ASN(65000), showsRealASN: showsRealASN) }
        let path = try Self.attributes(terms, policy) { $0.prepends = 1 }.asPath
        #expect(path == ASPath([ASN(65000), ASN(65000)] + (showsRealASN ? [ASN(64512)] : [])))
    }

    @Test("a peer of two octets gets 23456, and the truth in AS4_PATH")
    func twoOctets() throws {
        var fixture = SessionFixture(.openSent) { $0.localASN = ASN(4_200_000_001) }
        fixture.feed([
            .received(fixture.id, [UInt8](hex: marker + "001d 01 04 fbf4 005a 0a000002 00")),
            .received(fixture.id, SessionFixture.keepalive),
        ])
        let terms = try #require(fixture.session.negotiated)
        let policy = Fixture.policy { $0.asn = ASN(4_200_000_001) }
        let attributes = try Self.attributes(terms, policy)
        #expect(attributes.asPath == ASPath([.transition]))
        #expect(attributes.as4Path == ASPath([ASN(4_200_000_001)]))
    }

    @Test("a two-octet number needs no AS4_PATH")
    func twoOctetsSmall() throws {
        var fixture = SessionFixture(.openSent)
        fixture.feed([
            .received(fixture.id, [UInt8](hex: marker + "001d 01 04 fbf4 005a 0a000002 00")),
            .received(fixture.id, SessionFixture.keepalive),
        ])
        let attributes = try Self.attributes(try #require(fixture.session.negotiated))
        #expect(attributes.asPath == ASPath([ASN(64512)]))
        #expect(attributes.as4Path == nil)
    }

    @Test("communities are sorted and come once")
    func communities() throws {
        let attributes = try Self.attributes(Fixture.terms()) {
            $0.communities = [.noExport, Community(7), .noExport, Community(3)]
            $0.largeCommunities = [
                LargeCommunity(ASN(2), 0, 0), LargeCommunity(ASN(1), 9, 9), LargeCommunity(ASN(2), 0, 0),
            ]
            $0.extendedCommunities = [ExtendedCommunity(9), ExtendedCommunity(8), ExtendedCommunity(9)]
        }
        #expect(attributes.communities == [Community(3), Community(7), .noExport])
        #expect(attributes.largeCommunities == [LargeCommunity(ASN(1), 9, 9), LargeCommunity(ASN(2), 0, 0)])
        #expect(attributes.extendedCommunities == [ExtendedCommunity(8), ExtendedCommunity(9)])
    }

    @Test("a role marks what goes to customers and peers, not what goes up", arguments: Role.allCases)
    func roles(role: Role) throws {
        let terms = try Fixture.terms([.role(role.counterpart.rawValue)]) { $0.role = role }
        let attributes = try Self.attributes(terms, Fixture.policy { $0.role = role })
        let isMarked = [Role.provider, .routeServer, .peer].contains(role)
        #expect(attributes.onlyToCustomer == (isMarked ? ASN(64512) : nil))
    }

    @Test("IPv6 has a link-local next hop as well for a peer on the link")
    func linkLocal() throws {
        var hops = Fixture.nextHops
        hops.linkLocal = address("fe80::1")
        let terms = try Fixture.terms()
        #expect(
            try Self.route(Self.ipv6, terms, Fixture.policy(nextHops: hops)).0?.nextHop
                == .ipv6WithLinkLocal(global: address("2001:db8::1"), linkLocal: address("fe80::1")))
        hops.ipv6 = nil
        #expect(
            try Self.route(Self.ipv6, terms, Fixture.policy(nextHops: hops)).0?.nextHop == .ipv6(address("fe80::1")))
    }

    @Test("without an address of the family nothing is announced, and the reason is known")
    func noNextHop() throws {
        let terms = try Fixture.terms()
        let onlyIPv4 = Fixture.policy(nextHops: .init(ipv4: address("192.0.2.1")))
        #expect(try Self.route(Self.ipv6, terms, onlyIPv4) == (nil, .noNextHop(.ipv6)))
        let onlyIPv6 = Fixture.policy(peer: "2001:db8::fe", nextHops: .init(ipv6: address("2001:db8::1")))
        #expect(try Self.route(Self.ipv4, terms, onlyIPv6) == (nil, .noNextHop(.ipv4)))
    }

    @Test("IPv4 over an IPv6 session: an IPv6 next hop once agreed, else the IPv4 address")
    func extendedNextHop() throws {
        let agreed = try Fixture.terms([.extendedNextHop([.ipv4ThroughIPv6])]) { $0.offersExtendedNextHop = true }
        let policy = Fixture.policy(peer: "2001:db8::fe")
        #expect(try Self.route(Self.ipv4, agreed, policy).0?.nextHop == .ipv6(address("2001:db8::1")))
        let classic = try Self.route(Self.ipv4, Fixture.terms(), policy).0
        #expect(classic?.attributes.nextHop == address("192.0.2.1"))
        #expect(classic?.nextHop == nil)
    }

    @Test(
        "addresses that cannot be a next hop are refused",
        arguments: ["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.254"])
    func unusable(text: String) throws {
        let policy = Fixture.policy(nextHops: .init(ipv4: address(text)))
        #expect(try Self.route(Self.ipv4, Fixture.terms(), policy) == (nil, .unusableNextHop(address(text))))
    }

    @Test("and so are those of IPv6", arguments: ["::", "::1", "ff02::1", "::ffff:192.0.2.1"])
    func unusableIPv6(text: String) throws {
        let policy = Fixture.policy(nextHops: .init(ipv6: address(text)))
        #expect(try Self.route(Self.ipv6, Fixture.terms(), policy) == (nil, .unusableNextHop(address(text))))
    }

    @Test("a next hop of the route counts before the session's")
    func ownNextHop() throws {
        let attributes = try Self.attributes(Fixture.terms()) { $0.nextHop = address("192.0.2.77") }
        #expect(attributes.nextHop == address("192.0.2.77"))
    }

    @Test("attributes that fill a message are refused, and fit a longer one")
    func tooLong() throws {
        let many: (inout RouteAttributes) -> Void = { $0.communities = (0..<1015).map { Community(UInt32($0)) } }
        #expect(try Self.route(Self.ipv4, Fixture.terms(), Fixture.policy(), many) == (nil, .attributesTooLong))
        let long = try Fixture.terms([.extendedMessage])
        #expect(try Self.route(Self.ipv4, long, Fixture.policy(), many).0?.attributes.communities.count == 1015)
    }

    @Test("every refusal has a sentence")
    func sentences() {
        let refusals: [ExportRefusal] = [
            .noSession, .familyNotAgreed(.ipv4), .noNextHop(.ipv4), .noNextHop(.ipv6),
            .unusableNextHop(address("0.0.0.0")), .attributesTooLong,
        ]
        #expect(Set(refusals.map(\.description)).count == refusals.count)
    }
}
