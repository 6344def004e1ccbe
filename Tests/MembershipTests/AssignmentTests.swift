import NetworkTypes
import Testing

@testable import Membership

@Suite("Who gets an address")
struct AssignmentTests {
    static let everything = [CIDR("0.0.0.0/0")].compactMap { $0 }

    static func members(_ count: Int) -> [MemberFacts] {
        (0..<count).map { number in
            let name = NodeName("node-\(number)")
            return MemberFacts(id: NodeID(name), name: name, standing: [], subnets: everything)
        }.sorted { $0.id < $1.id }
    }

    /// The owner of each address of 10.0.0.0/16 up to `count`.
    private func owners(
        _ count: Int, members: [MemberFacts], loads: [NodeID: Int] = [:], total: Int? = nil,
        election: Election = .spread
    ) -> [NodeID?] {
        var assignment = Assignment(
            members: members, loads: loads, total: total ?? count, own: NodeID(number: 0), election: election)
        return (0..<count).map { number in
            let address = IPAddress(ipv4: 0x0A00_0000 + UInt32(number))
            return assignment.turn(for: address, record: AddressRecord(address), isFresh: true)?.node
        }
    }

    @Test("no node gets more than 1.25 times its share", arguments: [(7, 2), (10, 3), (500, 7), (3_000, 100)])
    func bound(count: Int, nodes: Int) {
        let loads = Dictionary(
            owners(count, members: Self.members(nodes)).compactMap { $0 }.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(loads.values.reduce(0, +) == count)
        #expect(loads.values.allSatisfy { $0 <= (count * 5 + nodes * 4 - 1) / (nodes * 4) })
    }

    @Test("the order in which members became known does not matter")
    func order() {
        #expect(owners(200, members: Self.members(9)) == owners(200, members: Self.members(9).reversed()))
    }

    @Test("hashes are the same in every process")
    func stability() {
        #expect(NodeID("node-1").number == 0x94A9_D409_86DA_123D)
        #expect(StableHash.hash(IPAddress(ipv4: 0xC000_0201)) == 0xAF83_4F20_0F5C_603B)
    }

    @Test("one leader has all that it can serve")
    func leader() throws {
        var members = Self.members(5)
        #expect(Set(owners(50, members: members, election: .leader)).count == 1)
        let leader = try #require(owners(1, members: members, election: .leader)[0])
        members = members.filter { $0.id != leader }
        let last = try #require(members.last).id
        #expect(owners(5, members: members, loads: [last: 3], election: .leader).allSatisfy { $0 == last })
    }

    @Test("who drains, is excluded, or does not serve the subnet gets nothing")
    func eligibility() throws {
        var members = Self.members(4)
        members[0].standing = .draining
        members[1].standing = .excluded
        members[2].subnets = [try #require(CIDR("10.1.0.0/16"))]
        #expect(Set(owners(20, members: members)) == [members[3].id])
        members[3].subnets = nil
        #expect(Set(owners(20, members: members)) == [nil])
    }

    @Test("a full node gets an address that no other may have")
    func onlyOne() {
        let members = Self.members(3)
        var assignment = Assignment(members: members, loads: [:], total: 3, own: members[0].id, election: .spread)
        for number in 0..<10 as Range<UInt32> {
            let address = IPAddress(ipv4: number)
            var record = AddressRecord(address)
            record.candidates = [members[0].id]
            let turn = assignment.turn(for: address, record: record, isFresh: true)
            #expect(turn == Assignment.Turn(node: members[0].id, ownRank: 0))
        }
    }
}
