import NetworkTypes
import Testing

@testable import Membership

@Suite("A member among others")
struct MemberTests {
    /// Nodes that have all started and shared the addresses.
    private func settled(
        nodes: Int = 3, addresses: Int = 6, election: Election = .spread, seed: UInt64 = 1
    ) -> Simulation {
        var simulation = Simulation(seed: seed, nodes: nodes, addresses: addresses, election: election)
        simulation.trace = Trace()
        for node in 0..<nodes { simulation.start(node) }
        simulation.run(for: .seconds(1))
        return simulation
    }

    private func owners(_ simulation: Simulation) -> [[Int]] {
        simulation.desired.indices.map { address in
            simulation.nodes.indices.filter { simulation.answers($0, address) }
        }
    }

    @Test("all start at once and share evenly")
    func start() {
        let simulation = settled(nodes: 4, addresses: 16)
        #expect(owners(simulation).allSatisfy { $0.count == 1 })
        for node in 0..<4 { #expect(owners(simulation).count { $0 == [node] } <= 5) }
    }

    @Test("a node that joins steals nothing")
    func join() {
        var simulation = Simulation(seed: 2, nodes: 3, addresses: 6)
        simulation.start(0)
        simulation.start(1)
        simulation.run(for: .seconds(2))
        let before = owners(simulation)
        simulation.start(2)
        simulation.run(for: .seconds(2))
        #expect(owners(simulation) == before)
    }

    @Test("a dead node's addresses, and only they, move within 200 ms", arguments: 0..<20 as Range<UInt64>)
    func death(seed: UInt64) {
        var simulation = settled(seed: seed)
        let before = owners(simulation)
        simulation.kill(1)
        simulation.run(for: .milliseconds(200))
        for (address, now) in owners(simulation).enumerated() {
            if before[address] == [1] {
                #expect(now.count == 1, "\(simulation.trace?.lines(until: simulation.now) ?? [])")
            } else {
                #expect(now == before[address])
            }
        }
    }

    @Test("a node that is back within the detection time keeps its addresses")
    func restart() {
        var simulation = settled()
        let before = owners(simulation)
        simulation.kill(1)
        simulation.run(for: .milliseconds(90))
        simulation.start(1)
        simulation.run(for: .seconds(1))
        #expect(owners(simulation) == before)
        #expect(simulation.invariants.violations.isEmpty)
    }

    @Test("a node that comes back after others took over adopts nothing")
    func lateRestart() {
        var simulation = settled()
        simulation.kill(1)
        simulation.run(for: .milliseconds(400))
        let before = owners(simulation)
        simulation.start(1)
        simulation.run(for: .seconds(1))
        #expect(owners(simulation) == before)
    }

    @Test("while a node drains, each of its addresses is answered at every moment", arguments: 0..<20 as Range<UInt64>)
    func drain(seed: UInt64) {
        var simulation = settled(seed: seed)
        simulation.setDraining(0, true)
        for _ in 0..<200 {
            simulation.run(for: .milliseconds(1))
            #expect(owners(simulation).allSatisfy { !$0.isEmpty })
        }
        #expect(owners(simulation).allSatisfy { $0.count == 1 && $0 != [0] })
        #expect(simulation.nodes[0].member?.hasNoClaims == true)
    }

    @Test("who leaves is replaced at once, not after the detection time")
    func leave() {
        var simulation = settled()
        simulation.leave(2)
        simulation.run(for: .milliseconds(30))
        #expect(owners(simulation).allSatisfy { $0.count == 1 && $0 != [2] })
    }

    @Test("a lost carrier moves addresses in milliseconds, and its return moves none")
    func carrier() {
        var simulation = settled()
        simulation.setCarrier(0, false)
        simulation.run(for: .milliseconds(30))
        let before = owners(simulation)
        #expect(before.allSatisfy { $0.count == 1 && $0 != [0] })
        simulation.setCarrier(0, true)
        simulation.run(for: .seconds(1))
        #expect(owners(simulation) == before)
    }

    @Test("rebalancing gives a newcomer its share without a gap")
    func rebalance() {
        var simulation = Simulation(seed: 3, nodes: 2, addresses: 8)
        simulation.start(0)
        simulation.run(for: .seconds(1))
        simulation.start(1)
        simulation.run(for: .seconds(1))
        simulation.rebalance(0)
        for _ in 0..<100 {
            simulation.run(for: .milliseconds(1))
            #expect(owners(simulation).allSatisfy { !$0.isEmpty })
        }
        #expect(owners(simulation).count { $0 == [1] } == 4)
    }

    @Test("a leader has everything, and another when it dies")
    func leader() {
        var simulation = settled(nodes: 4, election: .leader)
        let leaders = Set(owners(simulation))
        #expect(leaders.count == 1)
        for leader in leaders.flatMap({ $0 }) { simulation.kill(leader) }
        simulation.run(for: .milliseconds(250))
        #expect(Set(owners(simulation)).count == 1)
        #expect(Set(owners(simulation)) != leaders)
    }

    @Test("a node that was frozen holds its answers before anything else")
    func freeze() {
        var simulation = settled(nodes: 2)
        simulation.freeze(0, for: .seconds(2))
        simulation.run(for: .milliseconds(1_999))
        guard var member = simulation.nodes[0].member else { return }
        let now = simulation.now.advanced(by: .milliseconds(2))
        #expect(member.handle(.timePassed, at: now).first == .holdAnswers)
        #expect(!member.handle(.timePassed, at: now.advanced(by: .milliseconds(100))).contains(.resumeAnswers))
        #expect(member.handle(.timePassed, at: now.advanced(by: .milliseconds(160))).contains(.resumeAnswers))
    }

    @Test("one cut cable between two of three nodes moves nothing")
    func oneCut() {
        var simulation = settled()
        let before = owners(simulation)
        simulation.cut(from: 0, to: 1)
        simulation.cut(from: 1, to: 0)
        simulation.run(for: .seconds(2))
        #expect(owners(simulation) == before)
        #expect(simulation.nodes[0].member?.status(at: simulation.now).nodes.map(\.reach) == [.witnessed, .mutual])
    }

    @Test("a clock that went back does not keep a node out")
    func earlierIncarnation() throws {
        var first = try member("a")
        var second = try member("b", incarnation: 9 << 30)
        for _ in 0..<3 { _ = exchange(&first, &second) }
        second = try member("b", incarnation: 2)
        for step in 1...4 {
            _ = exchange(&first, &second, at: MonotonicTime(nanoseconds: Int64(step) * 50_000_000))
        }
        #expect(second.incarnation == (9 << 30) + 1)
        #expect(first.status(at: .zero).nodes.map(\.reach) == [.mutual])
        #expect(second.status(at: .zero).nodes.map(\.reach) == [.mutual])
    }

    @Test("a recording of old heartbeats wakes no dead node")
    func recording() throws {
        var first = try member("a")
        var second = try member("b")
        var recorded: [[UInt8]] = []
        for _ in 0..<3 { recorded += exchange(&first, &second) }
        #expect(first.status(at: .zero).nodes.map(\.reach) == [.mutual])
        // A new run of the first, at which only the recording plays.
        var again = try member("a")
        for datagram in recorded {
            _ = again.handle(.received(datagram[...]), at: .zero)
            _ = again.handle(.received(datagram[...]), at: .zero)
        }
        #expect(again.status(at: .zero).nodes.map(\.reach) == [.unreachable])
        #expect(again.status(at: .zero).rejections[.unproven] ?? 0 > 0)
    }

    @Test("recordings of a node that is in no roster any more change nothing, and are soon forgotten")
    func recordedGuest() throws {
        let everyone: [NodeName] = ["a", "b", "c"]
        var first = try member("a", roster: everyone)
        var removed = try member("c", roster: everyone)
        var recorded: [[UInt8]] = []
        for _ in 0..<3 { recorded += exchange(&first, &removed) }
        #expect(!recorded.isEmpty)
        // A later run, of which the roster no longer has the third, in company of the second.
        var again = try member("a", incarnation: 2 << 30)
        var second = try member("b")
        func time(_ step: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(step) * 50_000_000) }
        for step in 0..<4 { _ = exchange(&again, &second, at: time(step)) }
        let digest = again.rosterDigest
        let hearing = again.hearing
        for datagram in recorded { _ = again.handle(.received(datagram[...]), at: time(4)) }
        let names = again.status(at: .zero).nodes.map(\.name)
        #expect(names == ["b", "c"], "it is asked to prove that it lives")
        let (newDigest, newHearing) = (again.rosterDigest, again.hearing)
        #expect(newDigest == digest && newHearing == hearing)
        let isAnyUnknown = again.isAnyPeerUnknown
        #expect(!isAnyUnknown)
        for step in 5..<130 { _ = exchange(&again, &second, at: time(step)) }
        #expect(again.status(at: .zero).nodes.map(\.name) == ["b"])
    }

    @Test("recordings of an old run do not keep a new one from being asked")
    func correctionAndQuestion() throws {
        var first = try member("a")
        var second = try member("b", incarnation: 2 << 30)
        for _ in 0..<3 { _ = exchange(&first, &second) }
        func word(of incarnation: UInt64) throws -> [UInt8] {
            var run = try member("b", incarnation: incarnation)
            run.lastBeat = nil
            run.isUrgent = true
            let words = datagrams(run.handle(.timePassed, at: .zero))
            return try #require(words.first)
        }
        let time = MonotonicTime(nanoseconds: 1_000_000_000)
        _ = first.handle(.timePassed, at: time)
        let correction = datagrams(first.handle(.received(try word(of: 1 << 30)[...]), at: time))
        let answers = datagrams(first.handle(.received(try word(of: 3 << 30)[...]), at: time))
        #expect(!correction.isEmpty)
        #expect(try answers.contains { try second.envelope.open($0[...]).asks })
    }

    @Test("a datagram that was held back and comes after later ones is no sign of life")
    func heldBack() throws {
        var first = try member("a")
        var second = try member("b")
        for _ in 0..<3 { _ = exchange(&first, &second) }
        func next(at now: MonotonicTime) -> [UInt8]? {
            second.lastBeat = nil
            second.isUrgent = true
            return datagrams(second.handle(.timePassed, at: now)).first
        }
        let time = MonotonicTime(nanoseconds: 100_000_000)
        let heldBack = try #require(next(at: MonotonicTime(nanoseconds: 50_000_000)))
        let newer = try #require(next(at: time))
        _ = first.handle(.received(newer[...]), at: time)
        let lastHeard = first.peers[0].detector.lastHeard
        #expect(lastHeard == time)
        _ = first.handle(.received(heldBack[...]), at: MonotonicTime(nanoseconds: 150_000_000))
        #expect(first.peers[0].detector.lastHeard == lastHeard)
    }

    @Test("a thousand forged datagrams are counted and change nothing, and the heartbeat goes out in its time")
    func forgeries() throws {
        var first = try member("a")
        var second = try member("b")
        for _ in 0..<3 { _ = exchange(&first, &second) }
        let due = first.nextWake
        let before = due.advanced(by: .nanoseconds(-1))
        for number in 0..<1_000 {
            let forged = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 200)
            #expect(first.handle(.received(forged[...]), at: before).isEmpty)
        }
        #expect(first.status(at: before).rejections.values.reduce(0, +) >= 1_000)
        #expect(first.nextWake == due)
        // One that comes when the heartbeat is due does not hold it up.
        let effects = first.handle(.received([UInt8](repeating: 0, count: 200)[...]), at: due)
        #expect(!datagrams(effects).isEmpty)
    }

    @Test("what is repeated is counted and changes nothing")
    func repetition() throws {
        var first = try member("a")
        var second = try member("b")
        var sent: [[UInt8]] = []
        for _ in 0..<3 { sent = exchange(&first, &second) }
        for datagram in sent { _ = first.handle(.received(datagram[...]), at: .zero) }
        #expect(first.status(at: .zero).rejections[.replayed] == sent.count)
    }

    @Test("a node that is missing in the roster is learned, answered, and forgotten after a minute of silence")
    func guest() throws {
        var first = try member("a", roster: [])
        var second = try member("b", roster: ["a"])
        var learned: [MemberEffect] = []
        for _ in 0..<4 {
            for datagram in datagrams(second.handle(.timePassed, at: .zero)) {
                let effects = first.handle(.received(datagram[...]), at: .zero)
                learned += effects.filter { $0 == .learned("b") }
                for answer in datagrams(effects) { _ = second.handle(.received(answer[...]), at: .zero) }
            }
            second.isUrgent = true
            second.lastBeat = nil
        }
        #expect(learned == [.learned("b")])
        #expect(first.status(at: .zero).nodes.map(\.name) == ["b"])
        _ = first.handle(.timePassed, at: MonotonicTime(nanoseconds: 1_000_000_000))
        let late =
            first.handle(.timePassed, at: MonotonicTime(nanoseconds: 120_000_000_000))
            + first.handle(.timePassed, at: MonotonicTime(nanoseconds: 190_000_000_000))
        #expect(late.contains(.forgotten("b")))
    }

    @Test("a node that is taken off the roster stays while it speaks, and is forgotten at once if it does not")
    func offRoster() throws {
        var first = try member("a")
        var second = try member("b")
        for _ in 0..<3 { _ = exchange(&first, &second) }
        let whileHeard = first.handle(.roster(["a"]), at: .zero)
        #expect(!whileHeard.contains(.forgotten("b")))
        #expect(first.status(at: .zero).nodes.map(\.name) == ["b"])
        var third = try member("c")
        let unheard = third.handle(.roster(["a"]), at: .zero)
        #expect(unheard.contains(.forgotten("b")))
    }

    @Test("an address that cannot be attached goes to another node")
    func failure() {
        var simulation = settled(nodes: 2, addresses: 1)
        let owner = simulation.answers(0, 0) ? 0 : 1
        simulation.nodes[owner].attached = []
        simulation.feed(.attachFailed(Simulation.address(0)), to: owner)
        simulation.run(for: .milliseconds(500))
        #expect(owners(simulation) == [[1 - owner]])
    }

    // MARK: - Two members without a network

    private func member(
        _ name: NodeName, incarnation: UInt64 = 1 << 30, roster: [NodeName] = ["a", "b"]
    ) throws -> Member {
        var member = Member(
            name: name, incarnation: incarnation, settings: MemberSettings(cluster: 7), seal: TestSeal(),
            eligibility: Eligibility(subnets: Simulation.subnets), at: .zero)
        _ = member.handle(.roster(roster), at: .zero)
        return member
    }

    private func datagrams(_ effects: [MemberEffect]) -> [[UInt8]] {
        effects.compactMap { effect in
            guard case .send(let datagram, _) = effect else { return nil }
            return datagram
        }
    }

    /// Lets both speak and hear until nothing is left to say; what the second said.
    private func exchange(
        _ first: inout Member, _ second: inout Member, at now: MonotonicTime = .zero
    ) -> [[UInt8]] {
        var said: [[UInt8]] = []
        first.lastBeat = nil
        second.lastBeat = nil
        first.isUrgent = true
        second.isUrgent = true
        first.reachRest = .zero
        second.reachRest = .zero
        var toSecond = datagrams(first.handle(.timePassed, at: now))
        var toFirst = datagrams(second.handle(.timePassed, at: now))
        while !toFirst.isEmpty || !toSecond.isEmpty {
            said += toFirst
            let arrived = (toFirst, toSecond)
            toSecond = arrived.0.flatMap { datagrams(first.handle(.received($0[...]), at: now)) }
            toFirst = arrived.1.flatMap { datagrams(second.handle(.received($0[...]), at: now)) }
        }
        return said
    }
}
