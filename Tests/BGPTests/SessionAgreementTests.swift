import BGP
import NetworkTypes
import Testing

@Suite("What an OPEN may not say, and special ways to end")
struct SessionAgreementTests {
    @Test("the AS number seen is told")
    func wrongAS() {
        var fixture = SessionFixture(.openSent)
        fixture.feed(.received(fixture.id, SessionFixture.peerOpen(asn: ASN(4_200_000_001)).octets))
        #expect(
            fixture.notifications == [
                NotificationMessage(NotificationReason(2, 2), data: [0xFA, 0x56, 0xEA, 0x01])
            ])
    }

    @Test("the same identifier is wrong within an AS and right between two")
    func sameIdentifier() {
        let external = SessionFixture(.openConfirm, peer: SessionFixture.peerOpen(identifier: 0x0A00_0001))
        #expect(external.session.state == .openConfirm)
        var inner = SessionFixture(.openSent) { $0.peerASN = ASN(64512) }
        inner.feed(.received(inner.id, SessionFixture.peerOpen(identifier: 0x0A00_0001, asn: ASN(64512)).octets))
        #expect(inner.reasons == [NotificationReason(2, 3)])
    }

    @Test("a required family that the peer lacks is named")
    func requiredFamily() {
        var fixture = SessionFixture(.openSent) { $0.requiredFamilies = [.ipv6] }
        let open = OpenMessage(
            asn: ASN(64500), holdTime: .of(9), identifier: .numbered(7), capabilities: [.multiprotocol(.ipv4Unicast)])
        fixture.feed(.received(fixture.id, open.octets))
        #expect(
            fixture.notifications == [
                NotificationMessage(NotificationReason(2, 7), data: [1, 4, 0, 2, 0, 1])
            ])
    }

    @Test("without a family in common there is no session")
    func noFamily() {
        var fixture = SessionFixture(.openSent) { $0.families = [.ipv6] }
        fixture.feed(.received(fixture.id, [UInt8](hex: marker + "001d 01 04 fbf4 005a 0a000002 00")))
        #expect(fixture.reasons == [NotificationReason(2, 7)])
    }

    @Test("roles must fit", arguments: Role.allCases, Role.allCases)
    func roles(own: Role, theirs: Role) {
        var fixture = SessionFixture(.openSent) { $0.role = own }
        fixture.feed(.received(fixture.id, SessionFixture.peerOpen([.role(theirs.rawValue)]).octets))
        #expect(fixture.reasons == (own.counterpart == theirs ? [] : [NotificationReason(2, 11)]))
    }

    @Test("a missing role matters only when it is required, two that differ always do")
    func missingRole() {
        var lenient = SessionFixture(.openSent) { $0.role = .customer }
        lenient.feed(.received(lenient.id, SessionFixture.peerOpen().octets))
        #expect(lenient.session.state == .openConfirm)
        var strict = SessionFixture(.openSent) {
            $0.role = .customer
            $0.requiresRole = true
        }
        strict.feed(.received(strict.id, SessionFixture.peerOpen().octets))
        #expect(strict.reasons == [NotificationReason(2, 11)])
        var torn = SessionFixture(.openSent) { $0.role = .customer }
        torn.feed(.received(torn.id, SessionFixture.peerOpen([.role(0), .role(4)]).octets))
        #expect(torn.reasons == [NotificationReason(2, 11)])
    }

    static let graceful = Capability.gracefulRestart(
        GracefulRestartCapability(
            isRestarting: false, keepsRoutesOnNotification: true, restartTime: 100, families: []))

    @Test("a shutdown becomes a hard reset where the peer would keep the routes (RFC 8538)")
    func hardReset() {
        var fixture = SessionFixture(.established, peer: SessionFixture.peerOpen([Self.graceful])) {
            $0.gracefulRestart = .init()
        }
        fixture.feed(.stop(.shutdown("bye")))
        #expect(
            fixture.notifications == [
                NotificationMessage(NotificationReason(6, 9), data: [6, 2, 3] + Array("bye".utf8))
            ])
        var plain = SessionFixture(.established, peer: SessionFixture.peerOpen([Self.graceful]))
        plain.feed(.stop(.shutdown("bye")))
        #expect(plain.reasons == [NotificationReason(6, 2)])
    }

    @Test("and so does BFD's going down (RFC 9384 section 4)")
    func hardBFD() {
        var fixture = SessionFixture(.established, peer: SessionFixture.peerOpen([Self.graceful])) {
            $0.gracefulRestart = .init()
            $0.bfd = .followed
        }
        fixture.feed(.bfd(.down))
        #expect(fixture.notifications == [NotificationMessage(NotificationReason(6, 9), data: [6, 10])])
        #expect(fixture.session.state == .active)
    }

    @Test("the last error in brief has nothing that the peer has written")
    func brief() {
        var fixture = SessionFixture(.established)
        let farewell = NotificationMessage(NotificationReason(6, 2), data: [3] + Array("bye".utf8))
        fixture.feed(.received(fixture.id, farewell.octets))
        let brief = "the peer has ended the session: ceased: shut down by the administrator (6/2)"
        #expect(fixture.session.lastErrorInBrief == brief)
        #expect(fixture.session.lastError == "\(brief), saying \"bye\"")
        var wrong = SessionFixture(.openSent)
        wrong.feed(.received(wrong.id, SessionFixture.peerOpen(asn: ASN(7)).octets))
        #expect(wrong.session.lastErrorInBrief == "\(NotificationReason(2, 2))")
        #expect(wrong.session.lastError == "\(NotificationReason(2, 2)), data 00000007")
    }

    @Test("a planned restart says nothing and closes")
    func silentEnd() {
        var fixture = SessionFixture(.established)
        fixture.feed(.stop(.gracefulRestart))
        #expect(fixture.notifications.isEmpty)
        #expect(fixture.closes(fixture.id))
        #expect(fixture.session.state == .idle)
    }

    @Test("a text is cut to 255 octets of whole characters")
    func longText() throws {
        var fixture = SessionFixture(.established)
        fixture.feed(.stop(.shutdown(String(repeating: "ä", count: 200))))
        let data = try #require(fixture.notifications.first).data
        #expect(data.count == 255)
        #expect(data[0] == 254)
    }

    @Test("BFD down ends a session that follows it, and only an established one")
    func bfdDown() {
        var fixture = SessionFixture(.established) { $0.bfd = .followed }
        fixture.feed(.bfd(.adminDown))
        #expect(fixture.session.state == .established)
        fixture.feed(.bfd(.down))
        #expect(fixture.reasons == [NotificationReason(6, 10)])
        #expect(fixture.session.state == .active)
        var opening = SessionFixture(.openConfirm) { $0.bfd = .followed }
        opening.feed(.bfd(.down))
        #expect(opening.session.state == .openConfirm)
    }

    @Test("a session that requires BFD waits for it, before and after")
    func bfdRequired() {
        var fixture = SessionFixture(.stopped) { $0.bfd = .required }
        fixture.feed(.start)
        #expect(fixture.session.state == .idle)
        fixture.feed(.bfd(.up))
        #expect(fixture.session.state == .connect)
        fixture.feed([
            .connected(fixture.id), .received(fixture.id, SessionFixture.peerOpen().octets),
            .received(fixture.id, SessionFixture.keepalive), .bfd(.down),
        ])
        #expect(fixture.reasons == [NotificationReason(6, 10)])
        #expect(fixture.session.state == .idle)
        fixture.feed(.bfd(.up))
        #expect(fixture.session.state == .active)
        fixture.feed(.timerExpired(.connectRetry))
        #expect(fixture.session.state == .connect)
    }

    @Test("where BFD is required, its being switched off keeps a session from coming up, and ends none that stands")
    func bfdSwitchedOff() {
        var seeking = SessionFixture(.stopped) { $0.bfd = .required }
        seeking.feed([.start, .bfd(.up), .bfd(.adminDown)])
        #expect(seeking.session.state == .idle)
        #expect(seeking.closes(seeking.id))
        let peer = SessionFixture.peerOpen([Self.graceful])
        var standing = SessionFixture(.established, peer: peer) { $0.gracefulRestart = .init() }
        standing.feed([
            .bfd(.up), .accepted(.incoming(1)),
            .reconfigure(
                SessionFixture.configuration {
                    $0.gracefulRestart = .init()
                    $0.bfd = .required
                }), .bfd(.adminDown),
        ])
        #expect(standing.reasons == [NotificationReason(6, 10)])
        #expect(standing.closes(.incoming(1)) && !standing.closes(standing.id))
        #expect(standing.session.state == .established)
        standing.feed(.accepted(.incoming(2)))
        #expect(standing.reasons == [NotificationReason(6, 7)])
        standing.feed(.closed(standing.id, "reset"))
        #expect(standing.session.state == .idle)
    }

    @Test("where BFD is required, a peer that dials after an error waits for it as well")
    func bfdRequiredAfterError() {
        var fixture = SessionFixture(.stopped) { $0.bfd = .required }
        fixture.feed([
            .start, .bfd(.up), .connected(fixture.id), .received(fixture.id, [UInt8](repeating: 0, count: 19)),
            .bfd(.down), .timerExpired(.refusal), .accepted(.incoming(1)),
        ])
        #expect(fixture.reasons == [NotificationReason(6, 5)])
        #expect(fixture.session.state == .idle)
        fixture.feed([.bfd(.up), .accepted(.incoming(2))])
        #expect(fixture.sends(.open, on: .incoming(2)))
    }

    @Test("a path that comes and goes brings no dial each time; one that was gone for longer is dialled at once")
    func bfdPace() throws {
        var fixture = SessionFixture(.stopped) { $0.bfd = .required }
        fixture.feed([
            .bfd(.up), .start, .connected(fixture.id), .received(fixture.id, SessionFixture.peerOpen().octets),
            .received(fixture.id, SessionFixture.keepalive),
        ])
        #expect(fixture.session.state == .established)
        for _ in 0..<100 {
            fixture.feed(.bfd(.down))
            #expect((.seconds(1) ... .seconds(3)).contains(try #require(fixture.timer(.connectRetry))))
            fixture.feed(.bfd(.up))
            #expect(fixture.effects == [.report(.active, "BFD is up")])
        }
        fixture.feed([.bfd(.down), .timerExpired(.connectRetry)])
        #expect(fixture.session.state == .idle)
        fixture.feed(.bfd(.up))
        #expect(fixture.session.state == .connect)
    }
}
