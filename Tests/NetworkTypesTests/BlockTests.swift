import NetworkTypes
import Testing

@Suite("CIDR and AddressRange")
struct BlockTests {
    @Test(
        "text that is no block is refused",
        arguments: [
            "", "/", "192.0.2.0", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.1/24", "2001:db8::/129",
            "2001:db8::1/64", "192.0.2.0/024x", "192.0.2.0/24/24", "192.0.2.0/+8",
        ])
    func refused(text: String) {
        #expect(CIDR(text) == nil)
    }

    @Test(
        "a block knows its first and last address",
        arguments: [
            ("192.0.2.0/24", "192.0.2.0-192.0.2.255"), ("192.0.2.7/32", "192.0.2.7"),
            ("0.0.0.0/0", "0.0.0.0-255.255.255.255"), ("2001:db8::/126", "2001:db8::-2001:db8::3"),
            ("::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ])
    func range(text: String, expected: String) throws {
        #expect(try #require(CIDR(text)).range.description == expected)
    }

    @Test("all of IPv6 is counted without overflow")
    func count() throws {
        #expect(try #require(CIDR("::/0")).range.count == .max)
        #expect(try #require(CIDR("192.0.2.0/30")).range.count == 4)
    }

    @Test("a range is never empty nor of two families")
    func rangeBounds() throws {
        let low = try #require(IPAddress("192.0.2.1"))
        let high = try #require(IPAddress("192.0.2.9"))
        #expect(AddressRange(first: high, last: low) == nil)
        #expect(AddressRange(first: low, last: try #require(IPAddress("2001:db8::1"))) == nil)
        let range = try #require(AddressRange(first: low, last: high))
        #expect(range.contains(low) && range.contains(high) && range.count == 9)
    }

    @Test("overlap and intersection agree with counting", arguments: 0..<200 as Range<UInt64>)
    func overlap(seed: UInt64) throws {
        let numbers = (0..<4).map { UInt32(truncatingIfNeeded: (seed &* 2_654_435_761 >> ($0 * 5)) & 31) }
        func make(_ a: UInt32, _ b: UInt32) throws -> AddressRange {
            try #require(AddressRange(first: IPAddress(ipv4: min(a, b)), last: IPAddress(ipv4: max(a, b))))
        }
        let one = try make(numbers[0], numbers[1])
        let other = try make(numbers[2], numbers[3])
        let common = (0..<32).map { IPAddress(ipv4: $0) }.filter { one.contains($0) && other.contains($0) }
        #expect(one.overlaps(other) == !common.isEmpty)
        #expect(one.intersection(other)?.first == common.first && one.intersection(other)?.last == common.last)
    }

    @Test("a block contains what lies in it")
    func contains() throws {
        let block = try #require(CIDR("192.0.2.0/24"))
        #expect(block.contains(try #require(CIDR("192.0.2.128/25"))))
        #expect(!block.contains(try #require(CIDR("192.0.0.0/16"))))
        #expect(!block.contains(try #require(IPAddress("2001:db8::1"))))
    }
}
