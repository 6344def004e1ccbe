import NetworkTypes
import Testing

@testable import IPAM

@Suite struct EdgeRuleTests {
    @Test("ranks count the addresses that are not left out", arguments: AddressFamily.allCases)
    func ranksAreDense(family: AddressFamily) {
        let rule = EdgeRule(family: family, skipsEdges: true)
        let start: UInt128 = family == .ipv4 ? 0x0A00_00F0 : (0xFD00 << 112) + (9 << 64) - 8
        let numbers = (0..<600 as Range<UInt128>).map { start + $0 }
        let usable = numbers.filter {
            family == .ipv4 ? $0 & 0xFF != 0 && $0 & 0xFF != 255 : $0 & UInt128(UInt64.max) != 0
        }
        let ranks = numbers.compactMap(rule.rank)
        #expect(ranks.count == usable.count)
        #expect(zip(ranks, ranks.dropFirst()).allSatisfy { $1 == $0 + 1 })
        #expect(ranks.map(rule.number) == usable)
    }

    @Test("a range of edges alone has no rank")
    func onlyEdges() {
        let rule = EdgeRule(family: .ipv4, skipsEdges: true)
        #expect(rule.ranks(of: 0x0A00_00FF...0x0A00_0100) == nil)
        #expect(rule.ranks(of: 0x0A00_0000...0x0A00_0000) == nil)
        #expect(rule.ranks(of: 0x0A00_00FF...0x0A00_0101).map(Array.init)?.count == 1)
        #expect(EdgeRule(family: .ipv6, skipsEdges: true).ranks(of: 0...UInt128.max) != nil)
    }

    @Test(
        "the edges of a range are those that no pool with skipEdgeAddresses chooses",
        arguments: [
            ("10.0.0.0-10.0.0.255", 2), ("10.0.0.1-10.0.0.254", 0), ("10.0.0.255-10.0.1.0", 2),
            ("10.0.0.0-10.0.1.0", 3), ("fd00::-fd00::3", 1), ("fd00::8-fd00::b", 1), ("fd00::-fd00::", 1),
            ("fd00::-fd00::ffff:ffff:ffff:ffff", 1), ("fd00::-fd00::1:0:0:0:0", 2), ("fd00::-fd00::5", 1),
            ("fd00::1-fd00::1", 0), ("fd00::2-fd00::3", 0), ("fd00::1-fd00::4", 0),
        ] as [(String, UInt128)])
    func edgeCount(text: String, expected: UInt128) throws {
        let ends = text.split(separator: "-").compactMap { IPAddress($0) }
        let range = try #require(AddressRange(first: ends[0], last: ends[1]))
        #expect(Pool.edgeCount(of: range) == expected)
        var pool = Pool(name: "a", ranges: [range])
        pool.skipEdgeAddresses = true
        let layout = PoolLayout([pool])
        let some = (0..<min(range.count, 600)).compactMap { range.first.advanced(by: $0) }
        #expect(UInt128(Set(some + [range.last]).count(where: layout.leavesOut)) == expected)
    }
}
