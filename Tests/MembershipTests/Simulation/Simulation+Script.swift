import NetworkTypes

@testable import Membership

// A random story.
extension Simulation {
    /// Starts the nodes, does some harm, makes all good again, and says what was wrong.
    static func play(seed: UInt64, traced: Bool = false) -> Simulation {
        var setup = SeededGenerator(seed: seed &* 0x9E37)
        var simulation = Simulation(
            seed: seed, nodes: Int.random(in: 2...5, using: &setup), addresses: Int.random(in: 2...8, using: &setup),
            election: seed % 4 == 3 ? .leader : .spread)
        if traced { simulation.trace = Trace() }
        simulation.roughen(using: &setup)
        for node in simulation.nodes.indices {
            simulation.start(node)
            simulation.run(for: .milliseconds(Int.random(in: 0...100, using: &setup)))
        }
        for _ in 0..<Int.random(in: 2...5, using: &setup) {
            for _ in 0..<Int.random(in: 1...2, using: &setup) { simulation.harm(using: &setup) }
            simulation.run(for: .milliseconds(Int.random(in: 20...1_300, using: &setup)))
        }
        simulation.makeGood()
        simulation.run(for: Invariants.bound + .milliseconds(700))
        simulation.expectAgreement()
        return simulation
    }

    private mutating func roughen(using setup: inout SeededGenerator) {
        if Bool.random(using: &setup) {
            network.loss = Int.random(in: 1...100, using: &setup)
            network.duplication = Int.random(in: 0...50, using: &setup)
            network.delay = 50...Int.random(in: 1_000...15_000, using: &setup)
            invariants.mayMoveAnyTime = true
        }
        if Int.random(in: 0..<4, using: &setup) == 0 { lateness = 20_000 }
    }

    private mutating func harm(using setup: inout SeededGenerator) {
        let node = Int.random(in: nodes.indices, using: &setup)
        let other = (node + Int.random(in: 1..<nodes.count, using: &setup)) % nodes.count
        let address = Int.random(in: desired.indices, using: &setup)
        switch Int.random(in: 0..<24, using: &setup) {
        case 0, 1: kill(node)
        case 2:
            kill(node)
            run(for: .milliseconds(Int.random(in: 0...400, using: &setup)))
            start(node)
        case 3, 4: freeze(node, for: .milliseconds(Int.random(in: 10...1_500, using: &setup)))
        case 5: cut(from: node, to: other)
        case 6:
            cut(from: node, to: other)
            cut(from: other, to: node)
        case 7: for from in nodes.indices where from != node { cut(from: from, to: node) }
        case 8, 9: split(UInt16.random(in: 1..<(1 << UInt16(nodes.count)), using: &setup))
        case 10: heal()
        case 11: setCarrier(node, !nodes[node].hasCarrier)
        case 12: setDraining(node, !nodes[node].isDraining)
        case 13: setExcluded(node, !nodes[node].isExcluded)
        case 14: setDesired(address, desired[address] == nil ? .max : nil)
        case 15: setDesired(address, UInt16.random(in: 1..<(1 << UInt16(nodes.count)), using: &setup))
        case 16: leave(node)
        case 17: setInterval(node, [20, 50, 60].randomElement(using: &setup) ?? 50)
        case 18, 19: replay(to: node)
        case 20: setServer(away: !isServerAway)
        case 21, 22: toggleService(["web", "db", "mail", "chat"].randomElement(using: &setup) ?? "web")
        default: rebalance(node)
        }
        for index in nodes.indices where nodes[index].process == .dead {
            if Int.random(in: 0..<3, using: &setup) == 0 { start(index) }
        }
    }

    /// Everything works again.
    private mutating func makeGood() {
        heal()
        setServer(away: false)
        network.loss = 0
        network.duplication = 0
        for node in nodes.indices {
            thaw(node)
            start(node)
            if !nodes[node].hasCarrier { setCarrier(node, true) }
            if nodes[node].isExcluded { setExcluded(node, false) }
            if nodes[node].isDraining { setDraining(node, false) }
        }
        for address in desired.indices { setDesired(address, .max) }
        disturbed()
        trace?.note(at: now, "all is good")
    }

    /// All nodes say the same, and it is so.
    private mutating func expectAgreement() {
        expectOneAllocator()
        for address in desired.indices {
            let answering = nodes.indices.filter { answers($0, address) }
            if answering.count != 1 { invariants.fail("address \(address) ends on \(answering)", at: now) }
            let owners = Set(nodes.map { $0.member?.owner(of: Self.address(address)) })
            if owners != Set(answering.map { nodes[$0].name }) {
                invariants.fail("address \(address): \(owners) said to own what \(answering) answer for", at: now)
            }
        }
    }
}
