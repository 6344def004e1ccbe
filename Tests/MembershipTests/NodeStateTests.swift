import NetworkTypes
import Testing

@testable import Membership

@Suite("A node's state on the wire")
struct NodeStateTests {
    static let vectors: [(NodeState, String)] = [
        (NodeState(), "00 00 00 00 00"),
        (
            state(
                subnets: ["192.0.2.0/24", "2001:db8::/33"], stations: ["02:00:00:00:00:0a"],
                claims: [
                    HeldAddress(IPAddress(ipv4: 0xC000_0201), epoch: 3, isInEffect: true),
                    HeldAddress(IPAddress(ipv4: 0xC000_0202), epoch: 3),
                    HeldAddress(IPAddress(ipv4: 0xC000_0302), epoch: 1, isInEffect: true, isOffered: true),
                    HeldAddress(IPAddress(ipv6: 0x81), epoch: 2, isInEffect: true),
                ]),
            // Distances as varints; epochs folded (+3, 0, -2, +1) and shifted by the two flags.
            "02 04 18 C00002 06 21 20010DB800"
                + "01 02000000000A"
                + "01 04 C0000209 0200000000FF"
                + "03 818480800C 19 01 00 8002 0F"
                + "01 8101 09"
        ),
    ]

    private static func state(subnets: [String], stations: [String], claims: [HeldAddress]) -> NodeState {
        NodeState(
            subnets: subnets.compactMap { CIDR($0) }, stations: stations.compactMap { MACAddress($0) },
            conflicts: [
                AddressConflict(address: IPAddress(ipv4: 0xC000_0209), station: MACAddress(number: 0x0200_0000_00FF))
            ],
            claims: HeldAddresses(sorted: claims) ?? HeldAddresses())
    }

    private func encoded(_ state: NodeState) -> [UInt8] {
        var writer = ByteWriter()
        state.encode(into: &writer)
        return writer.bytes
    }

    @Test("a state is its octets, and they are it", arguments: vectors)
    func golden(state: NodeState, hexadecimal: String) throws {
        let octets = try #require(bytes(hexadecimal))
        #expect(encoded(state) == octets)
        var reader = ByteReader(octets)
        #expect(try NodeState(from: &reader) == state)
        #expect(reader.isAtEnd)
        for length in octets.indices {
            var reader = ByteReader(octets[..<length])
            #expect(throws: ByteReader.Truncated.self) { try NodeState(from: &reader) }
        }
    }

    @Test("any state survives its parts, in any order and more than once", arguments: 0..<20 as Range<UInt64>)
    func parts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var claims = HeldAddresses()
        for _ in 0..<Int.random(in: 0...2_000, using: &random) {
            let address =
                Bool.random(using: &random)
                ? IPAddress(ipv4: .random(in: .min ... .max, using: &random))
                : IPAddress(ipv6: .random(in: .min ... .max, using: &random))
            claims.insert(
                HeldAddress(
                    address, epoch: .random(in: .min ... .max, using: &random), isInEffect: .random(using: &random),
                    isOffered: .random(using: &random)))
        }
        let state = NodeState(
            subnets: [try #require(CIDR("0.0.0.0/0")), try #require(CIDR("::1/128"))], claims: claims)
        let parts = StatePart.parts(of: encoded(state), version: 4)
        var assembly = StateAssembly(of: parts[0])
        var whole: [UInt8]?
        for part in (parts + parts).shuffled(using: &random) { whole = assembly.add(part) ?? whole }
        var reader = ByteReader(try #require(whole))
        #expect(try NodeState(from: &reader) == state)
    }

    @Test("the largest state fits its parts")
    func bounds() {
        var held: [HeldAddress] = []
        for number in 0..<UInt128(NodeState.maximumClaims) {
            let address = IPAddress(ipv6: (number << 114) | (UInt128.max >> 15))
            held.append(HeldAddress(address, epoch: number % 2 == 0 ? 0 : .max / 2, isInEffect: true))
        }
        let state = NodeState(claims: HeldAddresses(sorted: held) ?? HeldAddresses())
        #expect(state.claims.count == NodeState.maximumClaims)
        #expect(StatePart.parts(of: encoded(state), version: 1).count <= StatePart.maximumCount)
    }

    @Test(
        "what is out of order or bounds is no state",
        arguments: ["00 00 00 02 01 00 00 00 00", "00 00 00 01 8080808010 00 00", "41", "00 11", "00 00 41"])
    func malformed(hexadecimal: String) throws {
        var reader = ByteReader(try #require(bytes(hexadecimal)))
        #expect(try NodeState(from: &reader) == nil)
    }

    @Test("500 neighbouring addresses take two octets each")
    func size() {
        var claims = HeldAddresses()
        for number in 0..<500 as Range<UInt32> {
            claims.insert(HeldAddress(IPAddress(ipv4: 0x0A00_0000 + number), epoch: 9, isInEffect: true))
        }
        #expect(encoded(NodeState(claims: claims)).count < 1_020)
    }
}
