import BGP
import NetworkTypes
import Testing

@Suite("A peer")
struct PeerTests {
    static let id = ConnectionID.outgoing(1)

    static func established(routes count: Int) -> (Peer, [SessionEffect]) {
        var peer = Peer(
            configuration: SessionFixture.configuration(), policy: AdjRIBOutFixture.policy(), seed: 1)
        _ = peer.update(at: .zero) {
            $0.replaceAll(with: AdjRIBOutFixture.routes(AdjRIBOutFixture.hosts(count)))
            $0.completeSet()
        }
        for event in [SessionEvent.start, .connected(id), .received(id, SessionFixture.peerOpen().octets)] {
            _ = peer.handle(event, at: .zero)
        }
        let effects = peer.handle(.received(id, SessionFixture.keepalive), at: .zero)
        return (peer, effects)
    }

    static func octets(_ effects: [SessionEffect]) -> [UInt8] {
        effects.flatMap { if case .send(_, let octets) = $0 { octets } else { [UInt8]() } }
    }

    @Test("routes leave in the same step in which the session comes up")
    func immediately() throws {
        let (peer, effects) = Self.established(routes: 100)
        var model = ModelPeer(try #require(peer.session.negotiated))
        try model.take(Self.octets(effects))
        #expect(model.table.count == 100)
        #expect(model.endsOfRIB == [.ipv4, .ipv6])
        #expect(!peer.isSynchronized)
        #expect(peer.session.counters.sent[.update] == 3)
    }

    @Test("a transport that takes nothing stops the flow, and one that does starts it again")
    func backPressure() throws {
        var (peer, effects) = Self.established(routes: 30_000)
        var octets = Self.octets(effects)
        #expect((Peer.highWater...(Peer.highWater + 4096)).contains(octets.count))
        #expect(peer.handle(.wrote(Self.id, pending: octets.count), at: .zero).allSatisfy { !$0.isSend })
        var pending = octets.count
        while pending > 0 {
            pending = max(pending - 10_000, 0)
            effects = peer.handle(.wrote(Self.id, pending: pending), at: .zero)
            let more = Self.octets(effects)
            octets += more
            pending += more.count
            #expect(pending <= Peer.highWater + 4096)
        }
        _ = peer.handle(.wrote(Self.id, pending: 0), at: .zero)
        #expect(peer.isSynchronized)
        var model = ModelPeer(try #require(peer.session.negotiated))
        try model.take(octets)
        #expect(model.table.count == 30_000)
    }

    @Test("a changed route leaves at once, a withdrawn one too")
    func changes() {
        var (peer, _) = Self.established(routes: 1)
        _ = peer.handle(.wrote(Self.id, pending: 0), at: .zero)
        let effects = peer.update(at: .zero) { $0.set(cidr("10.0.0.0/32"), nil) }
        #expect(Self.octets(effects) == [UInt8](hex: marker + "001c 02 0005 200a000000 0000"))
    }

    @Test("a refresh is answered in the same step, the next one a little later")
    func refresh() throws {
        var (peer, effects) = Self.established(routes: 10)
        _ = peer.handle(.wrote(Self.id, pending: 0), at: .zero)
        effects = peer.handle(.received(Self.id, SessionFixture.refresh), at: .zero)
        #expect(effects.contains { $0.isSend })
        effects = peer.handle(.received(Self.id, SessionFixture.refresh), at: .zero)
        #expect(!effects.contains { $0.isSend })
        #expect(effects.contains(.startTimer(.refresh, .milliseconds(100))))
        let later = MonotonicTime.zero.advanced(by: .milliseconds(100))
        #expect(peer.handle(.timerExpired(.refresh), at: later).contains { $0.isSend })
    }

    @Test("a lost session forgets what was sent")
    func lost() {
        var (peer, _) = Self.established(routes: 10)
        #expect(peer.routes.sentCount == 10)
        _ = peer.handle(.closed(Self.id, "reset"), at: .zero)
        #expect(peer.routes.sentCount == 0)
    }

    @Test("whatever octets a peer sends, the session ends up in a state", arguments: 0..<20 as Range<UInt64>)
    func hostile(seed: UInt64) {
        var random = RandomMessages(seed: seed)
        let sound = UpdateMessageTests.vectors.map(\.octets) + [SessionFixture.keepalive, SessionFixture.refresh]
        var (peer, _) = Self.established(routes: 10)
        var id = Self.id
        for _ in 0..<1_000 {
            let octets = sound.randomElement(using: &random.generator) ?? []
            _ = peer.handle(.received(id, random.chance(30) ? random.mutated(octets) : octets), at: .zero)
            if peer.session.state == .established { continue }
            // Whatever it waits for, it is over now.
            for event in [SessionEvent.timerExpired(.idleHold), .timerExpired(.connectRetry)] {
                for case .connect(let dialled) in peer.handle(event, at: .zero) { id = dialled }
            }
            _ = peer.handle(.connected(id), at: .zero)
            for octets in [SessionFixture.peerOpen().octets, SessionFixture.keepalive] {
                _ = peer.handle(.received(id, octets), at: .zero)
            }
            #expect(peer.session.state == .established)
        }
        #expect(peer.session.counters.established > 10)
    }
}

extension SessionEffect {
    fileprivate var isSend: Bool {
        if case .send = self { true } else { false }
    }
}
