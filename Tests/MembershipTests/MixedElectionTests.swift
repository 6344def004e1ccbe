import NetworkTypes
import Testing

@testable import Membership

/// While a setting is changed on one node after the other, they go by different elections.
@Suite("Nodes with different elections")
struct MixedElectionTests {
    /// Two nodes that hear each other 10 ms later, the first of which is the leader by its own lights.
    private struct Pair {
        private let facts: [MemberFacts]
        private var nodes: [Ownership]
        private var now = MonotonicTime.zero
        private let addresses = (0..<40).map { IPAddress(ipv4: 0xC000_0200 + UInt32($0)) }

        init(_ elections: [Election]) {
            let names: [NodeName] = ["a", "b"]
            let subnets = ["0.0.0.0/0"].compactMap { CIDR($0) }
            let facts = names.map { MemberFacts(id: NodeID($0), name: $0, standing: [], subnets: subnets) }
                .sorted { StableHash.mix($0.id.number) > StableHash.mix($1.id.number) }
            self.facts = facts
            nodes = elections.indices.map { index in
                var node = Ownership(
                    own: facts[index], settings: Ownership.Settings(election: elections[index]), adopted: [])
                node.setMember(facts[1 - index])
                return node
            }
        }

        /// Both learn at once what is desired, one address after the other.
        mutating func wantAll() {
            for address in addresses {
                for index in nodes.indices { nodes[index].setDesired([DesiredAddress(address)], removed: []) }
                step()
            }
        }

        mutating func run(for time: Duration) {
            let end = now.advanced(by: time)
            while now < end { step() }
        }

        private mutating func step() {
            now = now.advanced(by: .milliseconds(10))
            let claims = nodes.map(\.ownClaims)
            for index in nodes.indices { nodes[index].setClaims(of: facts[1 - index].id, to: claims[1 - index]) }
            for index in nodes.indices where isDue(nodes[index]) {
                for decision in nodes[index].evaluate(at: now, mayClaim: true) {
                    if case .claim(let address, _) = decision { nodes[index].markInEffect(address) }
                }
            }
        }

        private func isDue(_ node: Ownership) -> Bool {
            !node.dirty.isEmpty || node.isAssignmentDue || node.nextCheck.map { $0 <= now } == true
        }

        /// How many nodes answer for each address.
        var ownerCounts: [Int] {
            addresses.map { address in nodes.count { $0.ownClaims[address]?.isInEffect == true } }
        }
    }

    @Test("one that goes by a leader and one that does not both claim, and after a second one of them yields")
    func mixed() {
        var pair = Pair([.leader, .spread])
        pair.wantAll()
        pair.run(for: .milliseconds(100))
        #expect(pair.ownerCounts.contains(2))
        pair.run(for: .seconds(3))
        #expect(pair.ownerCounts.allSatisfy { $0 == 1 })
    }

    @Test("where both go by the same election, one of them yields at once", arguments: Election.allCases)
    func same(election: Election) {
        var pair = Pair([election, election])
        pair.wantAll()
        pair.run(for: .milliseconds(300))
        #expect(pair.ownerCounts.allSatisfy { $0 == 1 })
    }
}
