import BGP
import NetworkTypes
import Testing

@Suite("Answers to refresh requests")
struct RouteRefreshTests {
    typealias Fixture = AdjRIBOutFixture

    @Test("all routes of the family come again, between two marks")
    func enhanced() throws {
        var fixture = try Fixture.ready(Fixture.routes(Fixture.hosts(1000) + Fixture.hosts(10, family: .ipv6)))
        fixture.rib.refresh(.ipv4)
        try fixture.drain()
        #expect(fixture.peer.refreshes == [.ipv4])
        #expect(fixture.peer.table.count == 1010)
        #expect(fixture.peer.duplicates == 0)
        #expect(fixture.peer.endsOfRIB == [.ipv4, .ipv6])
    }

    @Test("without RFC 7313 they come again without marks")
    func plain() throws {
        var fixture = Fixture(try Fixture.terms([]))
        fixture.rib.completeSet()
        fixture.rib.replaceAll(with: Fixture.routes(Fixture.hosts(100)))
        fixture.rib.sessionEstablished(fixture.negotiated)
        try fixture.drain()
        fixture.rib.refresh(.ipv4)
        try fixture.drain()
        #expect(fixture.peer.duplicates == 100)
        #expect(fixture.peer.refreshes.isEmpty)
    }

    @Test("an empty family is answered by the marks alone")
    func empty() throws {
        var fixture = try Fixture.ready()
        fixture.rib.refresh(.ipv6)
        try fixture.drain()
        #expect(fixture.peer.refreshes == [.ipv6])
    }

    @Test("a thousand requests in a second lead to ten answers at the most")
    func storm() throws {
        var fixture = try Fixture.ready(Fixture.routes(Fixture.hosts(1000)))
        for _ in 0..<1000 {
            fixture.rib.refresh(.ipv4)
            try fixture.drain()
            fixture.pass(.milliseconds(1))
        }
        #expect((9...10).contains(fixture.peer.refreshes.count))
        let due = try #require(fixture.rib.nextRefresh)
        fixture.now = due
        try fixture.drain()
        #expect(fixture.rib.nextRefresh == nil)
        #expect((10...11).contains(fixture.peer.refreshes.count))
    }

    @Test("a request during the first announcement waits for the End-of-RIB")
    func duringInitialSet() throws {
        var fixture = try Fixture()
        fixture.rib.replaceAll(with: Fixture.routes(Fixture.hosts(5000)))
        fixture.rib.completeSet()
        fixture.rib.sessionEstablished(fixture.negotiated)
        try fixture.peer.take(fixture.rib.nextMessages(limit: 1, at: .zero))
        fixture.rib.refresh(.ipv4)
        while fixture.peer.endsOfRIB.isEmpty {
            try fixture.peer.take(fixture.rib.nextMessages(limit: 1, at: .zero))
            #expect(fixture.peer.stale.isEmpty)
        }
        try fixture.drain()
        #expect(fixture.peer.refreshes == [.ipv4])
        #expect(fixture.peer.table.count == 5000)
    }

    @Test("a route that goes and comes back while the answer waits is in it; one that goes does not hold it up")
    func flapMeanwhile() throws {
        let prefixes = Fixture.hosts(100)
        var fixture = try Fixture.ready(Fixture.routes(prefixes))
        fixture.rib.refresh(.ipv4)
        try fixture.peer.take(fixture.rib.nextMessages(limit: 1, at: fixture.now))
        #expect(fixture.peer.stale[.ipv4]?.count == 100)
        fixture.rib.set(prefixes[50], nil)
        fixture.rib.set(prefixes[50], RouteAttributes())
        fixture.rib.set(prefixes[60], nil)
        try fixture.drain()
        #expect(fixture.peer.refreshes == [.ipv4])
        #expect(Set(fixture.peer.table.keys) == Set(prefixes).subtracting([prefixes[60]]))
    }

    @Test("routes that change during the answer end up right, and the answer ends", arguments: 0..<30 as Range<UInt64>)
    func changesMeanwhile(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let prefixes = Fixture.hosts(3000)
        var wanted = Set(prefixes)
        var fixture = try Fixture.ready(Fixture.routes(prefixes))
        fixture.rib.refresh(.ipv4)
        var steps = 0
        while fixture.peer.refreshes.isEmpty {
            try fixture.peer.take(fixture.rib.nextMessages(limit: 1000, at: .zero))
            for _ in 0..<50 {
                var route = RouteAttributes()
                route.multiExitDiscriminator = UInt32.random(in: 0...2, using: &random)
                let prefix = prefixes[Int.random(in: 0..<prefixes.count, using: &random)]
                let isGone = Bool.random(using: &random)
                fixture.rib.set(prefix, isGone ? nil : route)
                if isGone { wanted.remove(prefix) } else { wanted.insert(prefix) }
            }
            steps += 1
            try #require(steps < 200)
        }
        try fixture.drain()
        #expect(Set(fixture.peer.table.keys) == wanted)
    }
}
