import BGP
import NetworkTypes
import Testing

@Suite("Two connections between the same peers")
struct SessionCollisionTests {
    static let incoming = ConnectionID.incoming(1)

    /// Both connections wait for an OPEN.
    static func both(localIdentifier: UInt32) -> SessionFixture {
        var fixture = SessionFixture(.openSent) { $0.identifier = .numbered(localIdentifier) }
        fixture.feed(.accepted(incoming))
        return fixture
    }

    @Test(
        "the connection that the larger identifier has dialled stays, whichever OPEN comes first",
        arguments: [true, false], [true, false])
    func resolution(localIsLarger: Bool, outgoingFirst: Bool) {
        var fixture = Self.both(localIdentifier: localIsLarger ? 0x0A00_0003 : 0x0A00_0001)
        let (winner, loser) = localIsLarger ? (fixture.id, Self.incoming) : (Self.incoming, fixture.id)
        let first = outgoingFirst ? fixture.id : Self.incoming
        fixture.feed(.received(first, SessionFixture.peerOpen().octets))
        #expect(fixture.sends(.keepalive, on: first))
        #expect(fixture.reasons.isEmpty)
        fixture.feed(.received(first == winner ? loser : winner, SessionFixture.peerOpen().octets))
        #expect(fixture.reasons == [NotificationReason(6, 7)])
        #expect(fixture.closes(loser))
        #expect(fixture.session.state == .openConfirm)
        fixture.feed(.received(loser, SessionFixture.peerOpen().octets))
        #expect(fixture.effects.isEmpty)
        fixture.feed(.received(winner, SessionFixture.keepalive))
        #expect(fixture.session.state == .established)
    }

    @Test("equal identifiers are settled by the AS number (RFC 6286)", arguments: [true, false])
    func equalIdentifiers(localIsLarger: Bool) {
        var fixture = SessionFixture(.openSent) {
            $0.identifier = .numbered(0x0A00_0002)
            $0.localASN = ASN(localIsLarger ? 64512 : 64499)
        }
        fixture.feed(.accepted(Self.incoming))
        for id in [fixture.id, Self.incoming] { fixture.feed(.received(id, SessionFixture.peerOpen().octets)) }
        #expect(fixture.closes(localIsLarger ? Self.incoming : fixture.id))
        #expect(fixture.session.state == .openConfirm)
    }

    @Test("a peer that says nothing on one connection gets its session on the other", arguments: [true, false])
    func forgotten(localIsLarger: Bool) {
        var fixture = Self.both(localIdentifier: localIsLarger ? 0x0A00_0003 : 0x0A00_0001)
        fixture.feed(.received(Self.incoming, SessionFixture.peerOpen().octets))
        #expect(fixture.sends(.keepalive, on: Self.incoming))
        fixture.feed(.received(Self.incoming, SessionFixture.keepalive))
        #expect(fixture.session.state == .established)
        #expect(fixture.reasons == [NotificationReason(6, 7)])
        #expect(fixture.closes(fixture.id))
    }

    @Test("an incoming connection meets one in OpenConfirm", arguments: [true, false])
    func confirmed(localIsLarger: Bool) {
        var fixture = SessionFixture(.openConfirm) { $0.identifier = .numbered(localIsLarger ? 0x0A00_0003 : 1) }
        fixture.feed(.accepted(Self.incoming))
        fixture.feed(.received(Self.incoming, SessionFixture.peerOpen().octets))
        #expect(fixture.closes(localIsLarger ? Self.incoming : fixture.id))
        #expect(fixture.session.state == .openConfirm)
    }

    @Test("a dial under way is given up once the peer's OPEN is there")
    func dialDropped() {
        var fixture = SessionFixture(.connect)
        fixture.feed(.accepted(Self.incoming))
        #expect(fixture.session.state == .openSent)
        fixture.feed(.received(Self.incoming, SessionFixture.peerOpen().octets))
        #expect(fixture.effects.contains(.close(fixture.id, .atOnce)))
        fixture.feed(.connected(fixture.id))
        #expect(fixture.effects == [.close(fixture.id, .atOnce)])
        #expect(fixture.session.state == .openConfirm)
    }

    @Test("one of two connections is lost: the other goes on", arguments: [true, false])
    func oneLost(outgoingIsLost: Bool) {
        var fixture = Self.both(localIdentifier: 0x0A00_0003)
        let (lost, left) = outgoingIsLost ? (fixture.id, Self.incoming) : (Self.incoming, fixture.id)
        fixture.feed(.closed(lost, "reset"))
        #expect(fixture.session.state == .openSent)
        fixture.feed([.received(left, SessionFixture.peerOpen().octets), .received(left, SessionFixture.keepalive)])
        #expect(fixture.session.state == .established)
    }

    @Test("a peer that dials again has given up its first connection")
    func secondIncoming() {
        var fixture = SessionFixture(.active)
        fixture.feed([.accepted(Self.incoming), .accepted(.incoming(2))])
        #expect(fixture.closes(Self.incoming))
        let id = ConnectionID.incoming(2)
        fixture.feed([.received(id, SessionFixture.peerOpen().octets), .received(id, SessionFixture.keepalive)])
        #expect(fixture.session.state == .established)
    }

    @Test("while established, a new connection loses")
    func established() {
        var fixture = SessionFixture(.established)
        fixture.feed(.accepted(Self.incoming))
        #expect(fixture.reasons == [NotificationReason(6, 7)])
        #expect(fixture.closes(Self.incoming))
        #expect(fixture.session.state == .established)
    }

    @Test("unless graceful restart says that the old one is dead: its OPEN takes over, silently")
    func gracefulTakeover() {
        let peer = SessionFixture.peerOpen([SessionAgreementTests.graceful])
        var fixture = SessionFixture(.established, peer: peer) { $0.gracefulRestart = .init() }
        fixture.feed(.accepted(Self.incoming))
        #expect(fixture.sends(.open, on: Self.incoming))
        #expect(fixture.session.state == .established)
        fixture.feed(.received(Self.incoming, peer.octets))
        #expect(fixture.effects.contains(.close(fixture.id, .atOnce)))
        #expect(fixture.effects.contains(.lost))
        #expect(fixture.notifications.isEmpty)
        #expect(fixture.session.state == .openConfirm)
        fixture.feed(.received(Self.incoming, SessionFixture.keepalive))
        #expect(fixture.session.state == .established)
    }

    @Test("a stranger on the new connection does not cost the session")
    func gracefulStranger() {
        let peer = SessionFixture.peerOpen([SessionAgreementTests.graceful])
        var fixture = SessionFixture(.established, peer: peer) { $0.gracefulRestart = .init() }
        fixture.feed([.accepted(Self.incoming), .received(Self.incoming, SessionFixture.peerOpen(asn: ASN(7)).octets)])
        #expect(fixture.reasons == [NotificationReason(2, 2)])
        #expect(fixture.session.state == .established)
        fixture.feed([.accepted(.incoming(2)), .closed(fixture.id, "reset")])
        #expect(fixture.session.state == .openSent)
    }
}
