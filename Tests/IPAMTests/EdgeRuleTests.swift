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
}
