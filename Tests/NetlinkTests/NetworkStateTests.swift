import NetworkTypes
import Testing

@testable import Netlink

@Suite("State of the network")
struct NetworkStateTests {
    private static let up: Link.Flags = [.up, .running, .lowerUp]

    private func state(_ links: [(Int32, String, Link.Flags)]) -> NetworkState {
        var state = NetworkState()
        for (index, name, flags) in links {
            var link = Link(index: LinkIndex(index), name: name, flags: flags)
            link.operationalState = flags.contains(.lowerUp) ? .up : .down
            state.apply(.link(link))
        }
        return state
    }

    private func address(_ text: String, on link: Int32, ours: Bool = false) throws
        -> InterfaceAddress
    {
        let (address, length) = try #require(CIDR.parts(of: text))
        return InterfaceAddress(
            key: AddressKey(link: LinkIndex(link), address: address, prefixLength: length), label: nil,
            scope: .universe, flags: [], lifetime: .forever,
            provenance: ours ? AddressMark.provenance : nil,
            routePriority: ours ? AddressMark.routePriority : nil)
    }

    @Test(
        "the link that reaches an address is the one with the longest prefix",
        arguments: [
            ("192.0.2.77", "eth0"), ("192.0.2.200", "eth1"), ("198.51.100.1", nil), ("10.9.9.9", nil),
            ("127.0.0.5", nil), ("2001:db8::77", "eth0"), ("203.0.113.5", nil), ("10.20.0.1", nil),
        ])
    func reaching(target: String, name: String?) throws {
        var state = state([
            (1, "lo", [.up, .loopback]), (2, "eth0", Self.up), (3, "eth1", Self.up), (4, "ipvs", []),
        ])
        for (text, link, ours) in [
            ("127.0.0.1/8", 1, false), ("192.0.2.1/24", 2, false), ("192.0.2.193/26", 3, false),
            ("10.9.9.1/24", 3, true), ("2001:db8::1/64", 2, false), ("203.0.113.5/32", 4, false),
            ("10.20.0.1/32", 2, true),
        ] as [(String, Int32, Bool)] {
            state.apply(.address(try address(text, on: link, ours: ours)))
        }
        #expect(state.link(reaching: try ip(target))?.name == name)
    }

    @Test("of two links in one subnet the operational one is chosen, then the lower index")
    func ties() throws {
        var state = state([(2, "a", [.up]), (3, "b", Self.up), (4, "c", Self.up)])
        for (link, host) in [(4, "192.0.2.4/24"), (3, "192.0.2.3/24"), (2, "192.0.2.2/24")]
            as [(Int32, String)]
        {
            state.apply(.address(try address(host, on: link)))
        }
        #expect(state.link(reaching: try ip("192.0.2.77"))?.name == "b")
        state.apply(.addressRemoved(try address("192.0.2.3/24", on: 3)))
        #expect(state.link(reaching: try ip("192.0.2.77"))?.name == "c")
    }

    @Test("a link that is down is passed over when asked")
    func onlyUp() throws {
        var state = state([(2, "eth0", [])])
        state.apply(.address(try address("192.0.2.1/24", on: 2)))
        #expect(state.link(reaching: try ip("192.0.2.77"))?.name == "eth0")
        #expect(state.link(reaching: try ip("192.0.2.77"), onlyUp: true) == nil)
    }

    @Test("the addresses of the host are neither ours, nor loopback, nor on links that are down")
    func hostAddresses() throws {
        var state = state([(1, "lo", [.up, .loopback]), (2, "eth0", Self.up), (4, "ipvs", [])])
        for (text, link, ours) in [
            ("127.0.0.1/8", 1, false), ("192.0.2.1/24", 2, false), ("192.0.2.10/32", 2, true),
            ("10.0.0.1/32", 4, false),
        ] as [(String, Int32, Bool)] {
            state.apply(.address(try address(text, on: link, ours: ours)))
        }
        #expect(state.hostAddresses.map(\.address) == [try ip("192.0.2.1")])
        #expect(state.ownAddresses.map(\.address) == [try ip("192.0.2.10")])
    }

    @Test("the subnets of a link are those of addresses that others set, until these go")
    func subnets() throws {
        var state = state([(2, "eth0", Self.up), (3, "eth1", Self.up)])
        for (text, link, ours) in [
            ("192.0.2.1/24", 2, false), ("192.0.2.2/24", 2, false), ("198.51.100.1/32", 2, false),
            ("10.0.0.1/24", 3, true), ("203.0.113.1/24", 3, false),
        ] as [(String, Int32, Bool)] {
            state.apply(.address(try address(text, on: link, ours: ours)))
        }
        let first = try #require(CIDR("192.0.2.0/24"))
        let second = try #require(CIDR("203.0.113.0/24"))
        #expect(state.subnets == [LinkIndex(2): [first], LinkIndex(3): [second]])
        state.apply(.addressRemoved(try address("203.0.113.1/24", on: 3)))
        #expect(state.subnets == [LinkIndex(2): [first]])
    }

    @Test("only a difference beyond the lifetime is a change")
    func changes() throws {
        var state = state([(2, "eth0", Self.up)])
        var held = try address("192.0.2.10/32", on: 2, ours: true)
        #expect(state.apply(.address(held)) == true)
        held.lifetime = AddressLifetime(valid: .seconds(5), preferred: .zero)
        #expect(state.apply(.address(held)) == false)
        #expect(state.address(held.key)?.lifetime == held.lifetime)
        held.flags = .deprecated
        #expect(state.apply(.address(held)) == true)
        #expect(state.apply(.addressRemoved(held)) == true)
        #expect(state.apply(.addressRemoved(held)) == false)
    }

    @Test("one IPv4 address may be there twice, with two prefix lengths")
    func twice() throws {
        var state = state([(2, "eth0", Self.up)])
        state.apply(.address(try address("192.0.2.1/24", on: 2)))
        state.apply(.address(try address("192.0.2.1/32", on: 2, ours: true)))
        state.apply(.addressRemoved(try address("192.0.2.1/32", on: 2, ours: true)))
        #expect(state.hostAddresses.count == 1)
        #expect(state.addresses(on: LinkIndex(2)).count == 1)
    }

    @Test("a link that goes takes its addresses along")
    func linkRemoved() throws {
        var state = state([(2, "eth0", Self.up)])
        state.apply(.address(try address("192.0.2.1/24", on: 2)))
        #expect(state.apply(.linkRemoved(Link(index: LinkIndex(2), name: "eth0"))) == true)
        #expect(state == NetworkState())
    }

    @Test("an address that others have taken over is no longer ours")
    func takenOver() throws {
        var address = try address("192.0.2.10/32", on: 2, ours: true)
        #expect(address.isOurs)
        address.provenance = nil
        #expect(address.isOurs, "kernels before 5.18 do not know it")
        address.provenance = 18
        #expect(!address.isOurs)
        address.provenance = AddressMark.provenance
        address.routePriority = nil
        #expect(!address.isOurs)
    }

    @Test("a link is found by each of its names")
    func names() {
        var state = NetworkState()
        var link = Link(index: LinkIndex(2), name: "eth0")
        link.alternativeNames = ["enp1s0"]
        state.apply(.link(link))
        #expect(state.link(named: "eth0") == link)
        #expect(state.link(named: "enp1s0") == link)
        #expect(state.link(named: "enp2s0") == nil)
    }
}
