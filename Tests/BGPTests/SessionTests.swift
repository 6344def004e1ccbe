import BGP
import NetworkTypes
import Testing

@Suite("What a session does")
struct SessionTests {
    @Test("the OPEN offers what is configured")
    func open() throws {
        var fixture = SessionFixture(.connect) {
            $0.localASN = ASN(4_200_000_001)
            $0.role = .customer
            $0.offersExtendedNextHop = true
            $0.gracefulRestart = .init()
            $0.gracefulRestart?.isRestarting = true
            $0.hostName = HostName(host: "edge-1")
        }
        fixture.feed(.connected(fixture.id))
        guard case .send(_, let octets) = fixture.effects[1] else {
            Issue.record("\(fixture.effects)")
            return
        }
        let open = try OpenMessage(RawMessage(single: octets))
        #expect(open.autonomousSystemField == 23456)
        #expect(
            open.capabilities == [
                .multiprotocol(.ipv4Unicast), .multiprotocol(.ipv6Unicast), .routeRefresh,
                .extendedNextHop([.ipv4ThroughIPv6]), .extendedMessage, .role(3),
                .gracefulRestart(
                    GracefulRestartCapability(
                        isRestarting: true, keepsRoutesOnNotification: true, restartTime: 120,
                        families: [
                            .init(.ipv4Unicast, isForwardingPreserved: true),
                            .init(.ipv6Unicast, isForwardingPreserved: true),
                        ])),
                .fourOctetASN(ASN(4_200_000_001)), .enhancedRouteRefresh, .hostName(HostName(host: "edge-1")),
            ])
        #expect(fixture.timer(.hold(fixture.id)) == .seconds(240))
    }

    @Test("the R bit is gone once a session has been established")
    func restartBit() throws {
        var fixture = SessionFixture(.established) {
            $0.gracefulRestart = .init()
            $0.gracefulRestart?.isRestarting = true
        }
        fixture.feed([.closed(fixture.id, "reset"), .timerExpired(.connectRetry), .connected(.outgoing(2))])
        for case .send(_, let octets) in fixture.effects {
            let open = try OpenMessage(RawMessage(single: octets))
            #expect(
                open.capabilities.contains {
                    if case .gracefulRestart(let restart) = $0 { !restart.isRestarting } else { false }
                })
        }
        #expect(fixture.sends(.open))
    }

    @Test("the F bit is missing until the first session where nothing was forwarded before", arguments: [true, false])
    func forwardingBit(hasForwarded: Bool) throws {
        var fixture = SessionFixture(.connect) {
            $0.gracefulRestart = .init()
            $0.gracefulRestart?.isRestarting = true
            $0.gracefulRestart?.hasForwarded = hasForwarded
        }
        func bits() throws -> [Bool] {
            for case .send(_, let octets) in fixture.effects where octets[18] == 1 {
                for case .gracefulRestart(let restart) in try OpenMessage(RawMessage(single: octets)).capabilities {
                    return restart.families.map(\.isForwardingPreserved)
                }
            }
            return []
        }
        fixture.feed(.connected(fixture.id))
        #expect(try bits() == [hasForwarded, hasForwarded])
        fixture.feed([.received(fixture.id, SessionFixture.peerOpen().octets)])
        fixture.feed([.received(fixture.id, SessionFixture.keepalive), .closed(fixture.id, "reset")])
        fixture.feed([.timerExpired(.connectRetry), .connected(.outgoing(2))])
        #expect(try bits() == [true, true])
    }

    @Test("agreement takes the smaller hold time and what both can do")
    func agreement() throws {
        let peer = SessionFixture.peerOpen(
            hold: 30, [.extendedMessage, .enhancedRouteRefresh, .extendedNextHop([.ipv4ThroughIPv6])])
        let negotiated = try #require(
            SessionFixture(.established, peer: peer) { $0.offersExtendedNextHop = true }.session.negotiated)
        #expect(negotiated.holdTime == .of(9))
        #expect(negotiated.families == [.ipv4, .ipv6])
        #expect(negotiated.octetsPerNumber == 4)
        #expect(negotiated.messageLimit == 65535)
        #expect(negotiated.hasRouteRefresh && negotiated.hasEnhancedRouteRefresh)
        #expect(negotiated.allowsIPv6NextHopForIPv4)
        #expect(!negotiated.isInternal)
    }

    @Test("an old peer without capabilities gets IPv4 and two octets")
    func oldPeer() throws {
        let open = [UInt8](hex: marker + "001d 01 04 fbf4 005a 0a000002 00")
        var fixture = SessionFixture(.openSent)
        fixture.feed([.received(fixture.id, open), .received(fixture.id, SessionFixture.keepalive)])
        let negotiated = try #require(fixture.session.negotiated)
        #expect(negotiated.families == [.ipv4])
        #expect(negotiated.octetsPerNumber == 2)
        #expect(negotiated.messageLimit == 4096)
        #expect(!negotiated.hasRouteRefresh)
    }

    @Test(
        "keepalives come at most every third of the hold time and never twice a second",
        arguments: [3, 9, 90] as [UInt16])
    func keepalives(hold: UInt16) throws {
        for seed in 0..<50 as Range<UInt64> {
            var fixture = SessionFixture(.openConfirm, seed: seed) { $0.holdTime = .of(hold) }
            let interval = try #require(fixture.timer(.keepalive(fixture.id)))
            #expect((.seconds(1) ... .seconds(Int64(hold) / 3)).contains(interval))
            fixture.feed(.timerExpired(.keepalive(fixture.id)))
            #expect(fixture.sends(.keepalive))
            #expect(fixture.timer(.keepalive(fixture.id)) != nil)
        }
    }

    @Test("an UPDATE puts off the next KEEPALIVE, the brackets of a refresh do not")
    func keepaliveTimer() {
        var fixture = SessionFixture(.established)
        fixture.feed(.transmit(RouteRefreshMessage(.beginning, .ipv4Unicast).octets))
        #expect(fixture.sends(.routeRefresh))
        #expect(fixture.timer(.keepalive(fixture.id)) == nil)
        fixture.feed(.transmit(RouteRefreshMessage(.beginning, .ipv4Unicast).octets + SessionFixture.update))
        #expect(fixture.timer(.keepalive(fixture.id)) != nil)
    }

    @Test("a hold time of zero means no keepalives and no expiry")
    func noHold() {
        var fixture = SessionFixture(.openConfirm, peer: SessionFixture.peerOpen(hold: 0))
        #expect(!fixture.effects.contains(.stopTimer(.hold(fixture.id))))
        #expect(fixture.sends(.keepalive))
        #expect(fixture.timer(.keepalive(fixture.id)) == nil)
        fixture.feed(.received(fixture.id, SessionFixture.keepalive))
        #expect(fixture.session.state == .established)
        #expect(fixture.effects.contains(.stopTimer(.hold(fixture.id))))
        fixture.feed(.received(fixture.id, SessionFixture.update))
        #expect(fixture.timer(.hold(fixture.id)) == nil)
        fixture.feed(.wrote(fixture.id, pending: 5))
        #expect(fixture.timer(.sendHold(fixture.id)) == .seconds(480))
    }

    @Test("a peer that agrees to a hold time of zero and then says nothing is given up")
    func noHoldWhileOpening() {
        var fixture = SessionFixture(.openConfirm, peer: SessionFixture.peerOpen(hold: 0))
        fixture.feed(.timerExpired(.hold(fixture.id)))
        #expect(fixture.reasons == [NotificationReason(4, 0)])
        #expect(fixture.session.state == .active)
    }

    @Test("any message restarts the hold timer, ten in one piece once")
    func holdRestarts() {
        var fixture = SessionFixture(.established)
        fixture.feed(.received(fixture.id, (0..<10).flatMap { _ in SessionFixture.keepalive }))
        #expect(fixture.effects == [.startTimer(.hold(fixture.id), .seconds(9))])
        #expect(fixture.session.counters.received[.keepalive] == 11)
    }

    @Test("OPEN, KEEPALIVE and UPDATE in one piece go all the way")
    func allAtOnce() {
        var fixture = SessionFixture(.openSent)
        let octets = SessionFixture.peerOpen().octets + SessionFixture.keepalive + SessionFixture.update
        fixture.feed(.received(fixture.id, octets))
        #expect(fixture.session.state == .established)
        var slow = SessionFixture(.openSent)
        for octet in octets { slow.feed(.received(slow.id, [octet])) }
        #expect(slow.session.state == .established)
        #expect(slow.session.counters.received == fixture.session.counters.received)
    }

    @Test("a peer that takes nothing is given up after the send hold time (RFC 9687)")
    func sendHold() {
        var fixture = SessionFixture(.established)
        fixture.feed(.wrote(fixture.id, pending: 5))
        #expect(fixture.timer(.sendHold(fixture.id)) == .seconds(480))
        fixture.feed(.wrote(fixture.id, pending: 0))
        #expect(fixture.effects == [.stopTimer(.sendHold(fixture.id))])
        fixture.feed([.wrote(fixture.id, pending: 5), .timerExpired(.sendHold(fixture.id))])
        #expect(fixture.reasons == [NotificationReason(8, 0)])
        #expect(fixture.session.state == .active)
    }

    @Test("errors double the wait up to a minute, a stable session forgets them")
    func damping() throws {
        var fixture = SessionFixture(.connect) { $0.timing.jitter = 100...100 }
        var waits: [Duration] = []
        for dial in 1...6 as ClosedRange<UInt64> {
            let id = ConnectionID.outgoing(dial)
            fixture.feed([.connected(id), .received(id, [UInt8](repeating: 0, count: 19))])
            waits.append(try #require(fixture.timer(.idleHold)))
            fixture.feed(.timerExpired(.idleHold))
        }
        #expect(waits == [5, 10, 20, 40, 60, 60].map { .seconds($0) })
        let id = ConnectionID.outgoing(7)
        fixture.feed([
            .connected(id), .received(id, SessionFixture.peerOpen().octets), .received(id, SessionFixture.keepalive),
            .timerExpired(.stability), .received(id, [UInt8](repeating: 0, count: 19)),
        ])
        #expect(fixture.timer(.idleHold) == .seconds(5))
    }

    @Test("errors that vary double the wait as those that are the same do")
    func otherErrors() {
        var fixture = SessionFixture(.connect) { $0.timing.jitter = 100...100 }
        for (dial, wait) in zip(1...4 as ClosedRange<UInt64>, [5, 10, 20, 40] as [Int64]) {
            let id = ConnectionID.outgoing(dial)
            let header = [UInt8](repeating: dial.isMultiple(of: 2) ? 0 : 0xFF, count: 18) + [UInt8(dial)]
            fixture.feed([.connected(id), .received(id, header)])
            #expect(fixture.timer(.idleHold) == .seconds(wait))
            fixture.feed(.timerExpired(.idleHold))
        }
    }

    @Test("a peer that falls silent again and again is dialled later each time, until a session was stable")
    func silence() throws {
        var fixture = SessionFixture(.connect) { $0.timing.reconnect = .seconds(2) ... .seconds(2) }
        func establish(_ dial: UInt64) -> ConnectionID {
            let id = ConnectionID.outgoing(dial)
            fixture.feed([
                .connected(id), .received(id, SessionFixture.peerOpen().octets),
                .received(id, SessionFixture.keepalive),
            ])
            return id
        }
        for (dial, wait) in zip(1...7 as ClosedRange<UInt64>, [2, 4, 8, 16, 32, 60, 60] as [Int64]) {
            let id = establish(dial)
            fixture.feed(.timerExpired(.hold(id)))
            #expect(fixture.session.state == .active)
            #expect(fixture.timer(.connectRetry) == .seconds(wait))
            fixture.feed(.timerExpired(.connectRetry))
        }
        let id = establish(8)
        fixture.feed([.timerExpired(.stability), .timerExpired(.hold(id))])
        #expect(fixture.timer(.connectRetry) == .seconds(2))
    }

    @Test("after an error the peer may dial before this side does, though not at once")
    func peerDialsAfterError() {
        var fixture = SessionFixture(.damped)
        #expect(fixture.timer(.refusal) == .seconds(1))
        fixture.feed(.accepted(.incoming(1)))
        #expect(fixture.reasons == [NotificationReason(6, 5)])
        fixture.feed([.timerExpired(.refusal), .accepted(.incoming(2))])
        #expect(fixture.session.state == .openSent)
        #expect(fixture.sends(.open, on: .incoming(2)))
        #expect(fixture.effects.contains(.stopTimer(.idleHold)))
        var dialler = SessionFixture(.damped) { $0.mode = .active }
        dialler.feed([.timerExpired(.refusal), .accepted(.incoming(1))])
        #expect(dialler.reasons == [NotificationReason(6, 5)])
        #expect(dialler.session.state == .idle)
    }

    @Test("an error of a peer that dials is one while a dial of this side waits for an answer")
    func errorBesideDial() {
        var fixture = SessionFixture(.connect)
        fixture.feed([.accepted(.incoming(1)), .received(.incoming(1), [UInt8](repeating: 0, count: 19))])
        #expect(fixture.session.state == .idle)
        #expect(fixture.timer(.refusal) == .seconds(1))
        #expect(fixture.effects.contains(.close(fixture.id, .atOnce)))
        #expect(fixture.effects.contains(.stopTimer(.connectRetry)))
        fixture.feed(.accepted(.incoming(2)))
        #expect(fixture.reasons == [NotificationReason(6, 5)])
        fixture.feed(.connected(fixture.id))
        #expect(fixture.effects == [.close(fixture.id, .atOnce)])
    }

    @Test("a peer that dials a session which was shut down is told so, with the text, until it starts again")
    func dialsWhileShutDown() {
        var fixture = SessionFixture(.established)
        fixture.feed(.stop(.shutdown("node is drained")))
        let farewell = fixture.notifications
        #expect(farewell.map(\.reason) == [NotificationReason(6, 2)])
        #expect(farewell.first?.text == "node is drained")
        fixture.feed(.accepted(.incoming(1)))
        #expect(fixture.notifications == farewell)
        #expect(fixture.closes(.incoming(1)))
        fixture.feed(.stop(.deconfigured))
        #expect(fixture.effects.isEmpty)
        fixture.feed(.accepted(.incoming(2)))
        #expect(fixture.reasons == [NotificationReason(6, 5)])
        fixture.feed([.start, .accepted(.incoming(3))])
        #expect(fixture.sends(.open, on: .incoming(3)))
    }

    @Test("plain loss and resets lead to a dial within seconds", arguments: 0..<20 as Range<UInt64>)
    func reconnect(seed: UInt64) throws {
        for reason in [NotificationReason(6, 4), NotificationReason(6, 6), nil] {
            var fixture = SessionFixture(.established, seed: seed)
            let event = reason.map { SessionEvent.received(fixture.id, NotificationMessage($0).octets) }
            fixture.feed(event ?? .closed(fixture.id, "reset"))
            #expect(fixture.reasons.isEmpty)
            #expect((.seconds(1) ... .seconds(3)).contains(try #require(fixture.timer(.connectRetry))))
            #expect(fixture.effects.contains(.lost))
        }
    }

    @Test("a passive session never dials")
    func passive() {
        var fixture = SessionFixture(.stopped) { $0.mode = .passive }
        fixture.feed(.start)
        #expect(fixture.session.state == .active)
        #expect(fixture.effects == [.report(.active, "started")])
        let id = ConnectionID.incoming(1)
        fixture.feed([
            .accepted(id), .received(id, SessionFixture.peerOpen().octets), .received(id, SessionFixture.keepalive),
        ])
        #expect(fixture.session.state == .established)
        fixture.feed(.closed(id, "reset"))
        #expect(fixture.session.state == .active)
        #expect(fixture.timer(.connectRetry) == nil)
    }

    @Test("a session that only dials turns the peer's connections away")
    func onlyDials() {
        var fixture = SessionFixture(.active) { $0.mode = .active }
        fixture.feed(.accepted(.incoming(1)))
        #expect(fixture.reasons == [NotificationReason(6, 5)])
        #expect(fixture.session.state == .active)
    }

    @Test("a refresh request is passed on for an agreed family only")
    func refresh() {
        let peer = SessionFixture.peerOpen([.enhancedRouteRefresh])
        var fixture = SessionFixture(.established, peer: peer) { $0.families = [.ipv4] }
        fixture.feed(.received(fixture.id, RouteRefreshMessage(.request, .ipv4Unicast).octets))
        #expect(fixture.effects.contains(.refreshRequested(.ipv4)))
        for message in [
            RouteRefreshMessage(.request, .ipv6Unicast), RouteRefreshMessage(.beginning, .ipv4Unicast),
            RouteRefreshMessage(.other(7), .ipv4Unicast), RouteRefreshMessage(.request, RouteFamily(afi: 25, safi: 70)),
        ] {
            fixture.feed(.received(fixture.id, message.octets))
            #expect(fixture.effects == [.startTimer(.hold(fixture.id), .seconds(9))])
        }
    }

    @Test("the subtype of a refresh means nothing where RFC 7313 was not agreed, and its length is no error then")
    func plainRefresh() {
        for subtype in ["00", "01", "02", "07"] {
            var fixture = SessionFixture(.established)
            fixture.feed(.received(fixture.id, [UInt8](hex: marker + "0018 05 0001 \(subtype) 01 00")))
            #expect(fixture.effects.contains(.refreshRequested(.ipv4)))
            #expect(fixture.session.state == .established)
        }
        var enhanced = SessionFixture(.established, peer: SessionFixture.peerOpen([.enhancedRouteRefresh]))
        enhanced.feed(.received(enhanced.id, [UInt8](hex: marker + "0018 05 0001 01 01 00")))
        #expect(enhanced.reasons == [NotificationReason(7, 1)])
    }

    @Test("mistakes are counted each time and told once")
    func faults() {
        var fixture = SessionFixture(.established)
        let row = UpdateErrorTests.lists[0]
        let octets = RandomMessages.framed(UpdateErrorTests.body(row, routes: UpdateErrorTests.route), type: 2)
        fixture.feed(.received(fixture.id, octets))
        #expect(fixture.effects.count == 2)
        fixture.feed(.received(fixture.id, octets))
        #expect(fixture.effects == [.startTimer(.hold(fixture.id), .seconds(9))])
        #expect(fixture.session.counters.treatedAsWithdraw == 2)
        #expect(fixture.session.counters.withdrawnPrefixes == 2)
        #expect(fixture.session.lastError == "COMMUNITIES: wrong length, routes treated as withdrawn")
    }

    @Test("messages grow to 65535 octets once both have offered it, and not before")
    func extendedMessages() {
        let long = RandomMessages.framed(
            [0, 0, 0x10, 0x0A, 0xD0, 200, 0x10, 6] + [UInt8](repeating: 0, count: 0x1006), type: 2)
        var fixture = SessionFixture(.established, peer: SessionFixture.peerOpen([.extendedMessage]))
        fixture.feed(.received(fixture.id, long))
        #expect(fixture.session.state == .established)
        let oneSided = [
            SessionFixture(.established, peer: SessionFixture.peerOpen([.extendedMessage])) {
                $0.offersExtendedMessages = false
            }, SessionFixture(.established),
        ]
        for var plain in oneSided {
            #expect(plain.session.negotiated?.messageLimit == 4096)
            plain.feed(.received(plain.id, long))
            #expect(plain.notifications == [NotificationMessage(NotificationReason(1, 2), data: [0x10, 0x21])])
        }
    }
}
