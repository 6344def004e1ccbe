import NetworkTypes
import Testing

@testable import Membership

/// Settings that change while nodes run, on one after the other.
@Suite("Settings that change")
struct ChangeTests {
    private func settled(nodes: Int = 3, addresses: Int = 6, seed: UInt64 = 1) -> Simulation {
        var simulation = Simulation(seed: seed, nodes: nodes, addresses: addresses)
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

    @Test(
        "heartbeats that become fewer or more, node by node, make nobody seem dead, though some get lost",
        arguments: [(50, 1_000), (1_000, 50), (50, 10), (10, 10_000), (50, 60)], 0..<5 as Range<UInt64>)
    func interval(_ change: (from: Int, to: Int), seed: UInt64) {
        var simulation = Simulation(seed: seed, nodes: 3, addresses: 6)
        simulation.trace = Trace()
        for node in 0..<3 {
            simulation.nodes[node].interval = change.from
            simulation.start(node)
        }
        simulation.run(for: .milliseconds(change.from * 20))
        simulation.network.duplication = 20
        let before = owners(simulation)
        #expect(before.allSatisfy { $0.count == 1 })
        let settled = simulation.now
        for node in 0..<3 {
            simulation.setInterval(node, change.to)
            simulation.run(for: .milliseconds(3 * max(change.from, change.to)))
        }
        simulation.run(for: .milliseconds(20 * change.to))
        #expect(owners(simulation) == before)
        let story = simulation.trace?.lines(until: simulation.now) ?? []
        let changes = story.filter { line in
            (Int64(line.prefix { $0.isNumber }) ?? 0) * 1_000 > settled.nanoseconds && line.contains(" is ")
        }
        #expect(changes == [])
    }

    @Test("the new interval is what a dead node's successors wait for", arguments: [(50, 200), (200, 50)])
    func detection(_ change: (from: Int, to: Int)) {
        var simulation = Simulation(seed: 4, nodes: 3, addresses: 6)
        for node in 0..<3 {
            simulation.nodes[node].interval = change.from
            simulation.start(node)
        }
        simulation.run(for: .seconds(4))
        for node in 0..<3 { simulation.setInterval(node, change.to) }
        simulation.run(for: .seconds(8))
        simulation.kill(0)
        simulation.run(for: .milliseconds(3 * change.to + 30))
        #expect(owners(simulation).allSatisfy { $0.count == 1 && $0 != [0] })
    }

    @Test("who was frozen for longer than the least patient other waits holds its answers")
    func leastPatience() {
        var simulation = settled(nodes: 2)
        // This node would wait for others for a second, they wait for it for 150 ms.
        var patient = simulation.settings
        patient.detection = FailureDetector.Settings(interval: .milliseconds(50), missed: 20)
        simulation.feed(.settings(patient), to: 0)
        simulation.run(for: .milliseconds(500))
        guard var member = simulation.nodes[0].member else { return }
        let late = simulation.now.advanced(by: .milliseconds(200))
        #expect(member.handle(.timePassed, at: late).first == .holdAnswers)
    }

    @Test("with one leader from now on, all addresses come to it, none without an answer for a moment")
    func leader() {
        var simulation = settled(nodes: 4, addresses: 8)
        #expect(Set(owners(simulation)).count > 1)
        simulation.settings.election = .leader
        for node in 0..<4 {
            simulation.setInterval(node, 50)
            for _ in 0..<50 {
                simulation.run(for: .milliseconds(1))
                #expect(owners(simulation).allSatisfy { !$0.isEmpty })
            }
        }
        simulation.run(for: .seconds(3))
        #expect(Set(owners(simulation)).count == 1 && owners(simulation)[0].count == 1)
    }

    @Test("spread from now on, each node has its share")
    func spread() {
        var simulation = Simulation(seed: 2, nodes: 4, addresses: 8, election: .leader)
        for node in 0..<4 { simulation.start(node) }
        simulation.run(for: .seconds(1))
        simulation.settings.election = .spread
        for node in 0..<4 { simulation.setInterval(node, 50) }
        for _ in 0..<300 {
            simulation.run(for: .milliseconds(1))
            #expect(owners(simulation).allSatisfy { !$0.isEmpty })
        }
        // Nobody more than 1.25 times its share.
        for node in 0..<4 { #expect((1...3).contains(owners(simulation).count { $0 == [node] })) }
    }
}
