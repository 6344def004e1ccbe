import NetworkTypes
import Testing

@testable import Membership

@Suite("A state of many parts")
struct LargeStateTests {
    /// Two members between which nothing gets lost, the second of which may own nothing.
    private struct Pair {
        var members: [Member]
        var now = MonotonicTime.zero
        private var datagrams: [(to: Int, bytes: [UInt8])] = []

        /// Runs until the first claims all addresses and has said so.
        init(owning addresses: [IPAddress]) throws {
            let subnet = try #require(CIDR("2001:db8::/32"))
            let names: [NodeName] = ["a", "b"]
            members = names.map { name in
                Member(
                    name: name, incarnation: 1 << 30, settings: MemberSettings(cluster: 7), seal: TestSeal(),
                    eligibility: Eligibility(subnets: [subnet], isExcluded: name == "b"), at: .zero)
            }
            for index in members.indices { feed(.roster(names), to: index) }
            run(for: 500)
            let desired = addresses.map { DesiredAddress($0) }
            for index in members.indices { feed(.desired(desired, removed: []), to: index) }
            run(for: 500)
        }

        mutating func feed(_ event: MemberEvent, to index: Int) {
            perform(members[index].handle(event, at: now), of: index)
            while !datagrams.isEmpty {
                let (index, bytes) = datagrams.removeFirst()
                perform(members[index].handle(.received(bytes[...]), at: now), of: index)
            }
        }

        private mutating func perform(_ effects: [MemberEffect], of index: Int) {
            for case .send(let bytes, _) in effects { datagrams.append((1 - index, bytes)) }
        }

        mutating func run(for milliseconds: Int) {
            for _ in 0..<milliseconds {
                now = now.advanced(by: .milliseconds(1))
                for index in members.indices where members[index].nextWake <= now { feed(.timePassed, to: index) }
            }
        }

        /// Whether the second knows what the first said last.
        var isInStep: Bool { members[1].peers.first?.isInStep == true }
        /// What the second knows of the first.
        var known: NodeState? { members[1].peers.first?.state }
    }

    /// So far apart that each takes many octets.
    private func addresses(_ count: Int) -> [IPAddress] {
        (1...count).map { IPAddress(ipv6: (0x2001_0DB8 as UInt128) << 96 | UInt128($0) << 80) }
    }

    @Test("others hear it whole again and again, though it changes every few milliseconds")
    func changes() throws {
        let addresses = addresses(1_000)
        var pair = try Pair(owning: addresses)
        #expect(pair.members[0].outbox.parts.count > StateOutbox.burst)
        #expect(pair.isInStep && pair.known?.claims.count == 1_000)
        var lastInStep = pair.now
        for address in addresses.prefix(125) {
            pair.feed(.attached(address), to: 0)
            for _ in 0..<4 {
                pair.run(for: 1)
                if pair.isInStep { lastInStep = pair.now }
                #expect(lastInStep.duration(to: pair.now) < .milliseconds(100))
            }
        }
        pair.run(for: 30)
        #expect(pair.isInStep && pair.known?.claims.sorted.count { $0.isInEffect } == 125)
    }

    @Test("the first change of a short one is heard at once")
    func firstChange() throws {
        let addresses = addresses(10)
        var pair = try Pair(owning: addresses)
        for address in addresses {
            pair.feed(.attached(address), to: 0)
            #expect(pair.known?.claims[address]?.isInEffect == true)
            // Until it is not sent again with the heartbeats.
            pair.run(for: 150)
        }
    }
}
