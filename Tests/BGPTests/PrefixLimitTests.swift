import NetworkTypes
import Testing

@testable import BGP

@Suite("How many routes a peer may announce")
struct PrefixLimitTests {
    static func update(_ range: Range<Int>, withdrawn: Range<Int> = 0..<0) -> [UInt8] {
        let hosts = AdjRIBOutFixture.hosts(200)
        var attributes = PathAttributes()
        attributes.origin = .igp
        attributes.asPath = ASPath([ASN(64500)])
        attributes.nextHop = address("192.0.2.9")
        return UpdateMessage(
            withdrawn: PrefixList(hosts[withdrawn], family: .ipv4), attributes: attributes,
            announced: PrefixList(hosts[range], family: .ipv4)
        ).octets()
    }

    static func fixture(endsSession: Bool) -> SessionFixture {
        SessionFixture(.established) {
            $0.prefixLimits = [.ipv4: PrefixLimit(count: 100, endsSession: endsSession)]
        }
    }

    @Test("one more than the limit ends the session, and the family and limit are told")
    func ends() {
        var fixture = Self.fixture(endsSession: true)
        fixture.feed(.received(fixture.id, Self.update(0..<100)))
        #expect(fixture.session.state == .established)
        fixture.feed(.received(fixture.id, Self.update(100..<101)))
        #expect(
            fixture.notifications == [
                NotificationMessage(NotificationReason(6, 1), data: [0, 1, 1, 0, 0, 0, 100])
            ])
        #expect(fixture.session.state == .idle)
    }

    @Test("repeated routes count once, withdrawn ones not at all")
    func counts() {
        var fixture = Self.fixture(endsSession: true)
        fixture.feed(.received(fixture.id, Self.update(0..<80)))
        fixture.feed(.received(fixture.id, Self.update(0..<80)))
        #expect(fixture.session.prefixCount(.ipv4) == 80)
        fixture.feed(.received(fixture.id, Self.update(80..<110, withdrawn: 0..<20)))
        #expect(fixture.session.prefixCount(.ipv4) == 90)
        #expect(fixture.session.prefixCount(.ipv6) == nil)
    }

    @Test("of a large table each prefix counts, and each once")
    func large() {
        let hosts = AdjRIBOutFixture.hosts(300_000)
        func update(announced: [CIDR] = [], withdrawn: [CIDR] = []) -> ReceivedUpdate {
            let message = UpdateMessage(
                withdrawn: PrefixList(withdrawn, family: .ipv4), announced: PrefixList(announced, family: .ipv4))
            return ReceivedUpdate(message: message, faults: [], isRouteLeak: false, ignoredFamilies: [])
        }
        var tally = PrefixTally()
        let isExceeded = (0..<2).map { _ in tally.take(update(announced: hosts), .ipv4, limit: 300_000) }
        #expect(isExceeded == [false, false])
        #expect(tally.count == 300_000)
        _ = tally.take(update(withdrawn: Array(hosts[..<100_000])), .ipv4, limit: 300_000)
        #expect(tally.count == 200_000)
    }

    @Test("a limit that only warns says so once and keeps no more than it needs")
    func warns() {
        var fixture = Self.fixture(endsSession: false)
        fixture.feed(.received(fixture.id, Self.update(0..<200)))
        #expect(fixture.effects.contains(.prefixLimitExceeded(.ipv4, limit: 100)))
        #expect(fixture.session.prefixCount(.ipv4) == 101)
        fixture.feed(.received(fixture.id, Self.update(0..<200)))
        #expect(!fixture.effects.contains(.prefixLimitExceeded(.ipv4, limit: 100)))
        #expect(fixture.session.state == .established)
    }

    private static func limited(_ count: UInt32?) -> SessionConfiguration {
        SessionFixture.configuration {
            if let count { $0.prefixLimits = [.ipv4: PrefixLimit(count: count, endsSession: true)] }
        }
    }

    @Test("a limit that is lowered below what the peer has announced ends the session")
    func lowered() {
        var fixture = Self.fixture(endsSession: true)
        fixture.feed(.received(fixture.id, Self.update(0..<80)))
        fixture.feed(.reconfigure(Self.limited(80)))
        #expect(fixture.effects.isEmpty && fixture.session.state == .established)
        fixture.feed(.reconfigure(Self.limited(79)))
        #expect(
            fixture.notifications == [
                NotificationMessage(NotificationReason(6, 1), data: [0, 1, 1, 0, 0, 0, 79])
            ])
        #expect(fixture.session.state == .idle)
    }

    @Test("a limit that is raised goes on counting, and one that is taken away counts no more")
    func raised() {
        var fixture = Self.fixture(endsSession: true)
        fixture.feed(.received(fixture.id, Self.update(0..<80)))
        fixture.feed(.reconfigure(Self.limited(150)))
        fixture.feed(.received(fixture.id, Self.update(80..<150)))
        #expect(fixture.effects.allSatisfy { $0 == .startTimer(.hold(fixture.id), .seconds(9)) })
        fixture.feed(.received(fixture.id, Self.update(150..<151)))
        #expect(fixture.reasons == [NotificationReason(6, 1)])
        var free = Self.fixture(endsSession: true)
        free.feed(.reconfigure(Self.limited(nil)))
        free.feed(.received(free.id, Self.update(0..<200)))
        #expect(free.session.prefixCount(.ipv4) == nil && free.session.state == .established)
    }

    @Test("a limit that is added has the peer tell its routes again, and counts those")
    func added() {
        var fixture = SessionFixture(.established)
        fixture.feed(.received(fixture.id, Self.update(0..<200)))
        fixture.feed(.reconfigure(Self.limited(100)))
        #expect(
            fixture.effects == [.send(fixture.id, RouteRefreshMessage(.request, .ipv4Unicast).octets)])
        #expect(fixture.session.prefixCount(.ipv4) == 0)
        fixture.feed(.received(fixture.id, Self.update(0..<200)))
        #expect(fixture.reasons == [NotificationReason(6, 1)])
    }

    @Test("a peer that cannot tell its routes again gets a new session")
    func addedWithoutRefresh() {
        let open = OpenMessage(
            asn: ASN(64500), holdTime: .of(9), identifier: .numbered(7), capabilities: [.multiprotocol(.ipv4Unicast)])
        var fixture = SessionFixture(.established, peer: open)
        fixture.feed(.reconfigure(Self.limited(100)))
        #expect(fixture.reasons == [NotificationReason(6, 6)])
        #expect(fixture.session.state == .connect)
    }
}

extension Session {
    /// How many routes of a family with a limit the peer has announced, as far as is kept.
    fileprivate func prefixCount(_ family: AddressFamily) -> Int? { tallies[family]?.count }
}
