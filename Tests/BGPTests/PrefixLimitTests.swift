import BGP
import NetworkTypes
import Testing

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
}
