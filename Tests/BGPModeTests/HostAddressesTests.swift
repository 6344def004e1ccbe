import BGP
import NetworkTypes
import PacketLoop
import Testing

@testable import BGPMode
@testable import Netlink

@Suite("HostAddresses")
struct HostAddressesTests {
    private static func host(without gone: Set<String> = []) throws -> HostAddresses {
        var state = NetworkState()
        state.apply(.link(Link(index: LinkIndex(1), name: "lo", flags: [.up, .running, .lowerUp, .loopback])))
        let held = [
            (1, "10.0.1.2", 24), (1, "fd00:1::2", 64), (2, "10.0.2.2", 24), (3, "10.0.1.3", 24), (4, "10.9.9.9", 32),
            (0, "127.0.0.1", 8), (0, "10.255.0.1", 32),
        ]
        for number in Int32(1)...4 {
            state.apply(
                .link(Link(index: LinkIndex(number + 1), name: "eth\(number)", flags: [.up, .running, .lowerUp])))
        }
        for (number, text, length) in held where !gone.contains(text) {
            let key = AddressKey(
                link: LinkIndex(Int32(number) + 1), address: try #require(IPAddress(text)), prefixLength: length)
            state.apply(
                .address(
                    InterfaceAddress(
                        key: key, label: nil, scope: .universe, flags: [], lifetime: .forever, provenance: nil,
                        routePriority: nil)))
        }
        return HostAddresses(state)
    }

    @Test(
        "a neighbour is on the interfaces that have its subnet, and nowhere when none has",
        arguments: [
            ("10.0.1.1", [2, 4]), ("10.0.2.1", [3]), ("fd00:1::1", [2]), ("10.9.9.8", []), ("192.0.2.1", []),
        ] as [(String, Set<UInt32>)])
    func links(peer: String, links: Set<UInt32>) throws {
        #expect(try Self.host().links(towards: try #require(IPAddress(peer))) == links)
    }

    private static func hops(
        _ local: String, peer: String, without gone: Set<String> = []
    ) throws -> ExportPolicy.NextHops {
        try host(without: gone).nextHops(
            local: SocketAddress(try #require(IPAddress(local))), peer: try #require(IPAddress(peer)))
    }

    @Test("the next hop is what the session is spoken from, for as long as the host has it")
    func ownNextHop() throws {
        let hops = try Self.hops("10.0.1.2", peer: "10.0.1.1")
        #expect(hops.ipv4 == IPAddress("10.0.1.2") && hops.ipv6 == IPAddress("fd00:1::2"))
        #expect(try Self.hops("10.0.1.2", peer: "10.0.1.1", without: ["10.0.1.2"]).ipv4 == nil)
        #expect(try Self.hops("10.0.1.2", peer: "10.0.1.1", without: ["fd00:1::2"]).ipv6 == nil)
        #expect(try Self.hops("10.255.0.1", peer: "192.0.2.1").ipv4 == IPAddress("10.255.0.1"))
    }
}
