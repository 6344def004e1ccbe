import NetworkTypes
import Testing

@testable import Membership

/// Nodes that know different things of who may have an address, as one whose watch is late does.
@Suite("Nodes that disagree about candidates")
struct DisputeTests {
    /// Two nodes that hear each other at once.
    private struct Pair {
        private static let facts = ["a", "b"].map { name in
            let name = NodeName(name)
            return MemberFacts(
                id: NodeID(name), name: name, standing: [], subnets: ["0.0.0.0/0"].compactMap { CIDR($0) },
                isDoubtful: false)
        }

        var nodes = Self.facts.map { Ownership(own: $0, settings: Ownership.Settings(), adopted: []) }
        var now = MonotonicTime.zero
        var changes = 0
        let address: IPAddress

        init(_ address: IPAddress) {
            self.address = address
            for index in 0..<2 { nodes[index].setMember(Self.facts[1 - index]) }
        }

        /// A node comes to know who may have the address.
        mutating func learn(_ index: Int, _ candidates: [Int]) {
            let names = candidates.map { Self.facts[$0].name }
            nodes[index].setDesired([DesiredAddress(address, candidates: Set(names))], removed: [])
        }

        mutating func run(for time: Duration) {
            let end = now.advanced(by: time)
            while now < end {
                now = now.advanced(by: .milliseconds(50))
                for index in 0..<2 {
                    let peer = Self.facts[1 - index].id
                    nodes[index].setClaims(of: peer, to: nodes[1 - index].ownClaims)
                    for decision in nodes[index].evaluate(at: now, mayClaim: true) {
                        if case .claim(let address, _) = decision { nodes[index].markInEffect(address) }
                        if case .ownerChanged = decision { continue }
                        changes += 1
                    }
                }
            }
        }

        var owners: [Int] { nodes.indices.filter { nodes[$0].ownClaims[address]?.isInEffect == true } }
    }

    private let address: IPAddress

    init() throws {
        address = try #require(IPAddress("192.0.2.1"))
    }

    private func ownedByFirst() -> Pair {
        var pair = Pair(address)
        for index in 0..<2 { pair.learn(index, [0]) }
        pair.run(for: .seconds(1))
        return pair
    }

    @Test("each thinks that only itself may: the later claim stands, and nothing moves back and forth")
    func disjoint() {
        var pair = ownedByFirst()
        #expect(pair.owners == [0])
        pair.learn(1, [1])
        pair.run(for: .seconds(1))
        #expect(pair.owners == [1], "who knows more has it, and the other does not keep it")
        let changes = pair.changes
        pair.run(for: .seconds(60))
        #expect(pair.changes == changes)
        pair.learn(0, [1])
        pair.run(for: .seconds(1))
        #expect(pair.owners == [1])
        #expect(pair.changes == changes)
    }

    @Test("who learns late what the other has overtaken gives the address back when it learns the rest")
    func late() {
        var pair = ownedByFirst()
        pair.learn(1, [1])
        pair.run(for: .seconds(1))
        pair.learn(1, [0])
        pair.run(for: .seconds(4))
        #expect(pair.owners == [0])
    }

    @Test("whatever each knows, one has it; once both know the same, one that may", arguments: 0..<200 as Range<UInt64>)
    func property(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var pair = Pair(address)
        for index in 0..<2 { pair.learn(index, [0, 1]) }
        pair.run(for: .seconds(1))
        for _ in 0..<20 {
            let sets = [[0], [1], [0, 1]]
            pair.learn(
                Int.random(in: 0..<2, using: &generator),
                sets[Int.random(in: 0..<3, using: &generator)])
            pair.run(for: .milliseconds(Int64.random(in: 100...3_000, using: &generator)))
            #expect(pair.owners.count <= 1)
        }
        let final = [Int.random(in: 0..<2, using: &generator)]
        for index in 0..<2 { pair.learn(index, final) }
        pair.run(for: .seconds(5))
        #expect(pair.owners == final)
    }
}
