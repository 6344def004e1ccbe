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
            (0, "fd00:255::1", 128), (1, "fe80::2", 64), (2, "fe80::2", 64), (2, "169.254.7.2", 30),
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

    @Test(
        "an interface is spoken from by its address in the peer's subnet, else by its lowest",
        arguments: [
            ("eth1", "10.0.1.1", "10.0.1.2"), ("eth1", "fd00:1::1", "fd00:1::2"), ("eth1", "192.0.2.1", "10.0.1.2"),
            ("lo", "192.0.2.1", "10.255.0.1"), ("lo", "2001:db8::1", "fd00:255::1"), ("eth2", "fd00:1::1", nil),
            ("eth9", "10.0.1.1", nil),
        ] as [(String, String, String?)])
    func source(name: String, peer: String, address: String?) throws {
        let found = try Self.host().address(on: name, towards: try #require(IPAddress(peer)))
        #expect(found == address.flatMap { IPAddress($0) })
    }

    private static func hops(
        _ local: String, scope: UInt32 = 0, peer: String, path: String? = nil, without gone: Set<String> = []
    ) throws -> ExportPolicy.NextHops {
        try host(without: gone).nextHops(
            local: SocketAddress(try #require(IPAddress(local)), scope: scope), peer: try #require(IPAddress(peer)),
            path: path.flatMap { IPAddress($0) })
    }

    @Test("the next hop is what the session is spoken from, for as long as the host has it")
    func ownNextHop() throws {
        let hops = try Self.hops("10.0.1.2", peer: "10.0.1.1")
        #expect(hops.ipv4 == IPAddress("10.0.1.2") && hops.ipv6 == IPAddress("fd00:1::2"))
        #expect(try Self.hops("10.0.1.2", peer: "10.0.1.1", without: ["10.0.1.2"]).ipv4 == nil)
        #expect(try Self.hops("10.0.1.2", peer: "10.0.1.1", without: ["fd00:1::2"]).ipv6 == nil)
        #expect(try Self.hops("10.255.0.1", peer: "192.0.2.1").ipv4 == IPAddress("10.255.0.1"))
    }

    @Test("a session between link-local IPv4 addresses has its own as the next hop")
    func linkLocalIPv4() throws {
        #expect(try Self.hops("169.254.7.2", peer: "169.254.7.1").ipv4 == IPAddress("169.254.7.2"))
        #expect(try Self.hops("169.254.7.2", peer: "169.254.7.1", without: ["169.254.7.2"]).ipv4 == nil)
    }

    @Test("of the other family an address counts on the way to the peer, and not one of any interface")
    func otherFamily() throws {
        // eth1 alone has IPv6; eth3 is in the subnet of eth1, eth2 is elsewhere.
        #expect(try Self.hops("10.0.2.2", peer: "10.0.2.1").ipv6 == nil)
        #expect(try Self.hops("10.0.1.3", peer: "10.0.1.1").ipv6 == IPAddress("fd00:1::2"))
        func fromLoopback(peer: String, path: String? = nil) throws -> IPAddress? {
            try Self.hops("10.255.0.1", peer: peer, path: path, without: ["fd00:255::1"]).ipv6
        }
        #expect(try fromLoopback(peer: "10.0.1.1") == IPAddress("fd00:1::2"))
        #expect(try fromLoopback(peer: "192.0.2.1") == nil)
        #expect(try fromLoopback(peer: "192.0.2.1", path: "10.0.2.2") == nil)
        #expect(try fromLoopback(peer: "192.0.2.1", path: "10.0.1.2") == IPAddress("fd00:1::2"))
        #expect(try Self.hops("10.255.0.1", peer: "10.0.1.1").ipv6 == IPAddress("fd00:255::1"))
    }

    @Test("a link-local next hop goes with an address of the link, not with one of loopback")
    func linkLocal() throws {
        #expect(try Self.hops("fd00:1::2", peer: "fd00:1::1").linkLocal == IPAddress("fe80::2"))
        #expect(try Self.hops("fd00:255::1", peer: "fd00:1::1").linkLocal == nil)
        #expect(try Self.hops("fd00:255::1", peer: "fd00:1::1").ipv4 == IPAddress("10.255.0.1"))
    }

    @Test("a session between link-local addresses has its own link's addresses, though others have the same one")
    func sameLinkLocal() throws {
        let first = try Self.hops("fe80::2", scope: 2, peer: "fe80::1")
        #expect(first.linkLocal == IPAddress("fe80::2") && first.ipv6 == IPAddress("fd00:1::2"))
        let second = try Self.hops("fe80::2", scope: 3, peer: "fe80::1")
        #expect(second.linkLocal == IPAddress("fe80::2") && second.ipv6 == nil)
        #expect(second.ipv4 == IPAddress("10.0.2.2"))
    }
}
