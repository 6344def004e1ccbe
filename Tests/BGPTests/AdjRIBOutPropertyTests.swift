import BGP
import NetworkTypes
import Testing

@Suite("After any changes the peer has what it is to have")
struct AdjRIBOutPropertyTests {
    typealias Fixture = AdjRIBOutFixture

    static func routes() -> [RouteAttributes] {
        (0..<6).map { index in
            var route = RouteAttributes()
            if index & 1 != 0 { route.multiExitDiscriminator = UInt32(index) }
            if index & 2 != 0 { route.communities = [.noExport, Community(UInt32(index))] }
            if index == 5 { route.nextHop = address("::ffff:1.2.3.4") }
            return route
        }
    }

    @Test("changes, refreshes, policies, session resets, slow reading", arguments: 0..<150 as Range<UInt64>)
    func anyChanges(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let prefixes = Fixture.hosts(60) + Fixture.hosts(60, family: .ipv6)
        let routes = Self.routes()
        let terms = [
            try Fixture.terms(), try Fixture.terms([]), try Fixture.terms([.extendedMessage]) { $0.families = [.ipv4] },
            try Fixture.terms { $0.peerASN = ASN(64512) },
        ]
        var fixture = try Fixture()
        fixture.rib.completeSet()
        var desired: [CIDR: RouteAttributes] = [:]
        var isUp = false
        var isShuttingDown = false
        var usesRefresh = false
        for _ in 0..<400 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                isUp = true
                usesRefresh = false
                fixture.negotiated = terms[Int.random(in: 0..<terms.count, using: &random)]
                fixture.peer = ModelPeer(fixture.negotiated)
                fixture.rib.sessionEstablished(fixture.negotiated)
            case 1 where Int.random(in: 0..<4, using: &random) == 0:
                isUp = false
                fixture.rib.sessionLost()
            case 2:
                usesRefresh = true
                fixture.rib.refresh(Bool.random(using: &random) ? .ipv4 : .ipv6)
            case 3:
                isShuttingDown.toggle()
                fixture.rib.setShuttingDown(isShuttingDown)
            case 4:
                for prefix in prefixes where Bool.random(using: &random) { desired[prefix] = nil }
                fixture.rib.replaceAll(with: desired)
            case 5...8:
                fixture.pass(.milliseconds(Int64.random(in: 0...80, using: &random)))
                let limit = Int.random(in: 1...300, using: &random)
                try fixture.peer.take(fixture.rib.nextMessages(limit: limit, at: fixture.now))
            default:
                let prefix = prefixes[Int.random(in: 0..<prefixes.count, using: &random)]
                desired[prefix] =
                    Int.random(in: 0..<3, using: &random) == 0 ? nil : routes.randomElement(using: &random)
                fixture.rib.set(prefix, desired[prefix])
            }
            // Without a refresh nothing is ever sent twice.
            if !usesRefresh { #expect(fixture.peer.duplicates == 0) }
        }
        guard isUp else { return }
        try fixture.drain()
        fixture.pass(.seconds(1))
        try fixture.drain()
        try Self.compare(fixture, desired, isShuttingDown)
    }

    static func compare(
        _ fixture: Fixture, _ desired: [CIDR: RouteAttributes], _ isShuttingDown: Bool
    ) throws {
        #expect(fixture.rib.sentCount == fixture.peer.table.count)
        var expected = desired.filter { fixture.negotiated.families.contains($0.key.family) }
        // The one bad next hop among the routes is of IPv6.
        expected = expected.filter { $0.key.family == .ipv4 || $0.value.nextHop == nil }
        #expect(Set(fixture.peer.table.keys) == Set(expected.keys))
        for (prefix, route) in expected {
            let attributes = try fixture.attributes(prefix)
            #expect(attributes.multiExitDiscriminator == route.multiExitDiscriminator)
            let shutdown = isShuttingDown ? [Community.gracefulShutdown] : []
            #expect(attributes.communities == (route.communities + shutdown).sorted())
            #expect(attributes.localPreference == (fixture.negotiated.isInternal ? (isShuttingDown ? 0 : 100) : nil))
        }
        #expect(fixture.peer.endsOfRIB.sorted() == fixture.negotiated.families.sorted())
        #expect(fixture.peer.stale.isEmpty)
    }

    @Test("a route that changes twenty thousand times while the peer does not read costs one message")
    func flapping() throws {
        var fixture = try Fixture.ready(Fixture.routes(Fixture.hosts(100)))
        var route = RouteAttributes()
        for step in 0..<20_000 {
            route.multiExitDiscriminator = UInt32(step)
            fixture.rib.set(cidr("10.0.0.1/32"), step.isMultiple(of: 3) ? nil : route)
        }
        let octets = try fixture.drain()
        #expect(octets.count < 100)
        #expect(try fixture.attributes(cidr("10.0.0.1/32")).multiExitDiscriminator == 19_999)
    }
}
