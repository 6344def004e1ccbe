import BGP
import NetworkTypes
import Testing

@Suite("What is sent to a peer, and when")
struct AdjRIBOutTests {
    typealias Fixture = AdjRIBOutFixture

    @Test("nothing before all routes are known; then the routes and one End-of-RIB for each family")
    func initialSet() throws {
        var fixture = try Fixture()
        fixture.rib.set(cidr("10.0.0.1/32"), RouteAttributes())
        fixture.rib.sessionEstablished(fixture.negotiated)
        #expect(fixture.rib.nextMessages(limit: 9999, at: .zero).isEmpty)
        fixture.rib.set(cidr("2001:db8::1/128"), RouteAttributes())
        fixture.rib.completeSet()
        try fixture.drain()
        #expect(Set(fixture.peer.table.keys) == [cidr("10.0.0.1/32"), cidr("2001:db8::1/128")])
        #expect(fixture.peer.endsOfRIB == [.ipv4, .ipv6])
    }

    @Test("an empty set is told as well, for the agreed families only")
    func emptySet() throws {
        var fixture = try Fixture.ready()
        #expect(fixture.peer.endsOfRIB == [.ipv4, .ipv6])
        #expect(try fixture.drain().isEmpty)
        var single = Fixture(try Fixture.terms { $0.families = [.ipv6] })
        single.rib.completeSet()
        single.rib.set(cidr("10.0.0.1/32"), RouteAttributes())
        single.rib.sessionEstablished(single.negotiated)
        try single.drain()
        #expect(single.peer.endsOfRIB == [.ipv6])
        #expect(single.rib.refusal(of: cidr("10.0.0.1/32")) == .familyNotAgreed(.ipv4))
    }

    @Test("the octets of an eBGP announcement in both families are those of the RFCs")
    func goldenOctets() throws {
        var fixture = try Fixture.ready()
        fixture.rib.set(cidr("10.0.0.1/32"), RouteAttributes())
        #expect(
            try fixture.drain()
                == [UInt8](hex: marker + "0030 02 0000 0014 40010100 400206 0201 0000fc00 400304c0000201 200a000001"))
        fixture.rib.set(cidr("2001:db8::2/128"), RouteAttributes())
        #expect(
            try fixture.drain()
                == [UInt8](
                    hex: marker + "004d 02 0000 0036 800e26 0002 01 10 20010db8000000000000000000000001 00"
                        + "8020010db8000000000000000000000002 40010100 400206 0201 0000fc00"))
        fixture.rib.set(cidr("10.0.0.1/32"), nil)
        #expect(try fixture.drain() == [UInt8](hex: marker + "001c 02 0005 200a000001 0000"))
        fixture.rib.set(cidr("2001:db8::2/128"), nil)
        #expect(
            try fixture.drain()
                == [UInt8](hex: marker + "002e 02 0000 0017 800f14 0002 01 8020010db8000000000000000000000002"))
    }

    @Test("a thousand routes share a few messages", arguments: AddressFamily.allCases)
    func packing(family: AddressFamily) throws {
        var fixture = try Fixture.ready()
        let before = fixture.peer.messageCount
        fixture.rib.replaceAll(with: Fixture.routes(Fixture.hosts(1000, family: family)))
        try fixture.drain()
        #expect(fixture.peer.table.count == 1000)
        #expect(fixture.peer.messageCount - before <= (family == .ipv4 ? 2 : 5))
        #expect((3000...4096).contains(fixture.peer.longest))
        fixture.rib.replaceAll(with: [:])
        try fixture.drain()
        #expect(fixture.peer.table.isEmpty)
        #expect(fixture.peer.longest <= 4096)
    }

    @Test("with extended messages ten thousand routes are one message")
    func extendedPacking() throws {
        var fixture = Fixture(try Fixture.terms([.extendedMessage]))
        fixture.rib.completeSet()
        fixture.rib.replaceAll(with: Fixture.routes(Fixture.hosts(10_000)))
        fixture.rib.sessionEstablished(fixture.negotiated)
        try fixture.drain()
        #expect(fixture.peer.table.count == 10_000)
        #expect(fixture.peer.messageCount == 3)
    }

    @Test("what is unchanged, or changed back in time, is not sent")
    func noDuplicates() throws {
        let prefix = cidr("10.0.0.1/32")
        var fixture = try Fixture.ready(Fixture.routes([prefix]))
        var other = RouteAttributes()
        other.multiExitDiscriminator = 7
        fixture.rib.set(prefix, RouteAttributes())
        fixture.rib.replaceAll(with: Fixture.routes([prefix]))
        fixture.rib.set(prefix, nil)
        fixture.rib.set(prefix, RouteAttributes())
        fixture.rib.set(prefix, other)
        fixture.rib.set(prefix, RouteAttributes())
        fixture.rib.setShuttingDown(true)
        fixture.rib.setShuttingDown(false)
        fixture.rib.set(cidr("10.0.0.2/32"), other)
        fixture.rib.set(cidr("10.0.0.2/32"), nil)
        #expect(try fixture.drain().isEmpty)
    }

    @Test("a changed attribute replaces the route without a withdrawal")
    func replacement() throws {
        let prefix = cidr("10.0.0.1/32")
        var fixture = try Fixture.ready(Fixture.routes([prefix]))
        var route = RouteAttributes()
        route.multiExitDiscriminator = 7
        fixture.rib.set(prefix, route)
        let before = fixture.peer.messageCount
        try fixture.drain()
        #expect(fixture.peer.messageCount - before == 1)
        #expect(try fixture.attributes(prefix).multiExitDiscriminator == 7)
    }

    @Test("withdrawals overtake announcements")
    func withdrawalsFirst() throws {
        var fixture = try Fixture.ready(Fixture.routes([cidr("2001:db8::9/128")]))
        fixture.rib.replaceAll(with: Fixture.routes(Fixture.hosts(5000)))
        let first = fixture.rib.nextMessages(limit: 1, at: .zero)
        try fixture.peer.take(first)
        #expect(fixture.peer.table.isEmpty)
        try fixture.drain()
        #expect(fixture.peer.table.count == 5000)
    }

    @Test("no more comes out than was asked for")
    func bounded() throws {
        var fixture = try Fixture.ready()
        fixture.rib.replaceAll(with: Fixture.routes(Fixture.hosts(10_000)))
        for _ in 0..<5 {
            #expect((4000...4096).contains(fixture.rib.nextMessages(limit: 4000, at: .zero).count))
        }
        #expect(!fixture.rib.isSynchronized)
    }

    @Test("graceful shutdown marks every route again, and takes the mark away")
    func gracefulShutdown() throws {
        let prefixes = Fixture.hosts(50)
        var fixture = try Fixture.ready(Fixture.routes(prefixes) { $0.communities = [Community(1)] })
        fixture.rib.setShuttingDown(true)
        try fixture.drain()
        for prefix in prefixes {
            #expect(try fixture.attributes(prefix).communities == [Community(1), .gracefulShutdown])
        }
        fixture.rib.setShuttingDown(false)
        try fixture.drain()
        #expect(try fixture.attributes(prefixes[0]).communities == [Community(1)])
        #expect(fixture.peer.duplicates == 0)
    }

    @Test("graceful shutdown lowers the preference for iBGP")
    func gracefulShutdownInternal() throws {
        var fixture = Fixture(try Fixture.terms { $0.peerASN = ASN(64512) })
        fixture.rib.completeSet()
        fixture.rib.set(cidr("10.0.0.1/32"), RouteAttributes())
        fixture.rib.sessionEstablished(fixture.negotiated)
        try fixture.drain()
        #expect(try fixture.attributes(cidr("10.0.0.1/32")).localPreference == 100)
        fixture.rib.setShuttingDown(true)
        try fixture.drain()
        #expect(try fixture.attributes(cidr("10.0.0.1/32")).localPreference == 0)
    }

    @Test("a new session gets everything again")
    func newSession() throws {
        var fixture = try Fixture.ready(Fixture.routes(Fixture.hosts(100)))
        fixture.rib.sessionLost()
        #expect(fixture.rib.nextMessages(limit: 9999, at: .zero).isEmpty)
        #expect(fixture.rib.refusal(of: cidr("10.0.0.1/32")) == .noSession)
        fixture.rib.set(cidr("10.0.0.1/32"), nil)
        fixture.peer = ModelPeer(fixture.negotiated)
        fixture.rib.sessionEstablished(fixture.negotiated)
        try fixture.drain()
        #expect(fixture.peer.table.count == 99)
        #expect(fixture.peer.endsOfRIB == [.ipv4, .ipv6])
    }
}
