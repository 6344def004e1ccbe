import NetworkTypes
import Testing

@testable import Membership

@Suite("Who allocates, and what is recorded")
struct AllocatingTests {
    private func started(_ nodes: Int = 3, seed: UInt64 = 1) -> Simulation {
        var simulation = Simulation(seed: seed, nodes: nodes, addresses: 2)
        simulation.trace = Trace()
        for node in 0..<nodes { simulation.start(node) }
        return simulation
    }

    private func allocators(_ simulation: Simulation) -> [Int] {
        simulation.nodes.indices.filter(simulation.isAllocator)
    }

    private func expectAgreement(_ simulation: Simulation) {
        var simulation = simulation
        simulation.expectOneAllocator()
        #expect(simulation.invariants.violations.map(\.text) == [])
    }

    @Test("one node allocates, and all have what it has", arguments: 0..<20 as Range<UInt64>)
    func agreement(seed: UInt64) {
        var simulation = started(5, seed: seed)
        simulation.run(for: .seconds(1))
        expectAgreement(simulation)
        for name in ["mail", "web", "chat"] {
            simulation.toggleService(name)
            simulation.run(for: .milliseconds(100))
            expectAgreement(simulation)
        }
    }

    @Test("a node that starts with what is out of date takes over what the others have")
    func lateStart() {
        var simulation = Simulation(seed: 3, nodes: 3, addresses: 2)
        simulation.nodes[2].records = ["web": IPAddress(ipv4: 0xC633_6409), "db": IPAddress(ipv4: 0xC633_6400)]
        simulation.start(0)
        simulation.start(1)
        simulation.run(for: .seconds(1))
        let before = simulation.nodes[0].records
        simulation.start(2)
        simulation.run(for: .seconds(1))
        expectAgreement(simulation)
        #expect(simulation.nodes[0].records == before)
    }

    @Test("when all start anew, each Service has what most of them remember", arguments: 0..<3)
    func inheritance(odd: Int) {
        var simulation = Simulation(seed: 3, nodes: 3, addresses: 2)
        let web = IPAddress(ipv4: 0xC633_6407)
        for node in 0..<3 where node != odd { simulation.nodes[node].records = ["web": web] }
        for node in 0..<3 { simulation.start(node) }
        simulation.run(for: .seconds(2))
        expectAgreement(simulation)
        #expect(simulation.nodes[0].records["web"] == web)
    }

    @Test("whoever allocates is replaced when it dies, and its Services keep what they have")
    func death() {
        var simulation = started()
        simulation.run(for: .seconds(1))
        let before = simulation.nodes[0].records
        for _ in 0..<2 {
            for node in allocators(simulation) { simulation.kill(node) }
            simulation.run(for: .seconds(2))
        }
        #expect(allocators(simulation).count == 1)
        #expect(allocators(simulation).allSatisfy { simulation.nodes[$0].records == before })
    }

    @Test("each side of a partition allocates, and after the heal the later of the two is followed")
    func partition() {
        var simulation = started()
        simulation.run(for: .seconds(1))
        let first = allocators(simulation)
        for node in first { simulation.split(1 << UInt16(node)) }
        simulation.run(for: .seconds(1))
        #expect(allocators(simulation).count == 2)
        simulation.toggleService("mail")
        simulation.toggleService("chat")
        simulation.run(for: .seconds(1))
        simulation.heal()
        simulation.run(for: .seconds(1))
        expectAgreement(simulation)
        #expect(allocators(simulation) != first)
    }

    @Test("a node that has no part in it allocates nothing and is not waited for")
    func bystander() throws {
        var member = Member(
            name: "a", incarnation: 1 << 30, settings: MemberSettings(cluster: 7), seal: TestSeal(),
            eligibility: Eligibility(subnets: Simulation.subnets), at: .zero)
        _ = member.handle(.roster(["a"]), at: .zero)
        _ = member.handle(.timePassed, at: MonotonicTime(nanoseconds: 1_000_000_000))
        #expect(member.allocation == Allocation(allocator: .unknown))
        #expect(member.allocationGeneration == 0)
        _ = member.handle(.records([]), at: MonotonicTime(nanoseconds: 1_000_000_000))
        #expect(member.allocation.allocator == .own)
    }

    @Test("records survive their octets, and what is out of order or bounds is none")
    func wire() throws {
        let records = NodeRecords([
            SharedRecord(name: "default/web", addresses: [IPAddress(ipv4: 1), IPAddress(ipv6: 2)]),
            SharedRecord(name: "default/db", addresses: [], reason: ("PoolFull", "nothing is free")),
            SharedRecord(name: String(repeating: "n", count: 600), addresses: []),
        ])
        #expect(records.sorted.map(\.name) == ["default/db", "default/web"])
        var writer = ByteWriter()
        records.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try NodeRecords(from: &reader) == records)
        #expect(reader.isAtEnd)
        for length in writer.bytes.indices {
            var reader = ByteReader(writer.bytes[..<length])
            #expect(throws: ByteReader.Truncated.self) { try NodeRecords(from: &reader) }
        }
        for hexadecimal in [
            "0002 0001 62 00 0000 0000 0001 61 00 0000 0000", "0001 0201", "4001", "0001 0001 61 01 05",
            "0001 0001 61 11", "0001 0001 61 00 0041", "0001 0001 61 00 0000 0201",
        ] {
            var reader = ByteReader(try #require(bytes(hexadecimal)))
            #expect(try NodeRecords(from: &reader) == nil)
        }
    }

    @Test("as many records as there may be fit their parts")
    func bounds() {
        let longest = String(repeating: "n", count: 500)
        let records = NodeRecords(
            (0..<20_000).map { SharedRecord(name: "\(longest)-\($0)", addresses: [IPAddress(ipv6: 1)]) })
        var writer = ByteWriter()
        records.encode(into: &writer)
        #expect(StatePart.parts(of: writer.bytes, version: 1).count <= StatePart.maximumCount)
        var reader = ByteReader(writer.bytes)
        #expect((try? NodeRecords(from: &reader)).flatMap(\.self)?.sorted.count ?? 0 > 900)
    }

    @Test("why Services have no address is left out before the addresses of others, and such Services before these")
    func room() throws {
        func survivors(_ records: [SharedRecord]) throws -> [SharedRecord] {
            var writer = ByteWriter()
            NodeRecords(records).encode(into: &writer)
            #expect(writer.bytes.count <= NodeRecords.maximumLength)
            var reader = ByteReader(writer.bytes)
            let read = try NodeRecords(from: &reader)
            #expect(reader.isAtEnd)
            return try #require(read).sorted
        }
        let long = String(repeating: "x", count: 400)
        let refused = (1_000..<4_000).map { SharedRecord(name: "a/\($0)", addresses: [], reason: ("PoolFull", long)) }
        let given = (1_000..<4_000).map { SharedRecord(name: "b/\($0)", addresses: [IPAddress(ipv4: UInt32($0))]) }
        let told = try survivors(refused + given)
        #expect(told.map(\.name) == (refused + given).map(\.name))
        #expect(Array(told.suffix(3_000)) == given)
        #expect(told.first == refused.first && told[2_999].reason == ("", ""))

        let many = (0..<20_000).map { SharedRecord(name: "a/\(long)-\($0)", addresses: []) }
        #expect(try survivors(many + given).filter { !$0.addresses.isEmpty } == given)
    }

    @Test("another process of the same name is told, and forgotten when it is silent")
    func namesake() {
        func member(_ incarnation: UInt64) -> Member {
            var member = Member(
                name: "a", incarnation: incarnation, settings: MemberSettings(cluster: 7), seal: TestSeal(),
                eligibility: Eligibility(subnets: Simulation.subnets), at: .zero)
            _ = member.handle(.roster(["a", "b"]), at: .zero)
            return member
        }
        var first = member(1 << 30)
        var other = member(2 << 30)
        let said = other.handle(.timePassed, at: .zero) + other.handle(.leave, at: .zero)
        for case .send(let datagram, _) in said { _ = first.handle(.received(datagram[...]), at: .zero) }
        #expect(first.status(at: MonotonicTime(nanoseconds: 1)).hasNamesake)
        #expect(!first.status(at: MonotonicTime(nanoseconds: 20_000_000_000)).hasNamesake)
        let own = first.handle(.leave, at: .zero)
        var again = first
        again.namesakeHeard = nil
        for case .send(let datagram, _) in own { _ = again.handle(.received(datagram[...]), at: .zero) }
        #expect(!again.status(at: .zero).hasNamesake, "an echo is no one else")
    }
}
