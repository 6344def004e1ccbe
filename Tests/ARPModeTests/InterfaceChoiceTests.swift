import Configuration
import LoadBalancing
import Netlink
import NetworkTypes
import Testing

@testable import ARPMode

@Suite("Choice of the interface")
struct InterfaceChoiceTests {
    /// What comes out: the interface's name, or the reason for none.
    private func choice(_ host: Host, _ address: String, _ patterns: [String] = []) -> String {
        let choice = InterfaceChoice(patterns: patterns.compactMap { InterfacePattern($0) }, network: host.state)
        switch choice.interface(for: .test(address)) {
        case .success(let link): return link.name
        case .failure(let obstacle): return obstacle.reason
        }
    }

    @Test(
        "without patterns the interface is the one whose subnet holds the address",
        arguments: [
            ("192.0.2.10", "eth0"), ("2001:db8::10", "eth0"), ("198.51.100.10", "eth1"), ("203.0.113.1", "NoInterface"),
            ("2001:db8:1::1", "NoInterface"), ("127.0.0.5", "NoInterface"),
        ])
    func bySubnet(address: String, expected: String) {
        #expect(choice(.twoInterfaces, address) == expected)
    }

    @Test("the longest prefix wins, whatever the order of interfaces")
    func longestPrefix() {
        var host = Host.twoInterfaces
        host.add("192.0.2.129/25", to: 3)
        #expect(choice(host, "192.0.2.200") == "eth1")
        #expect(choice(host, "192.0.2.10") == "eth0")
        host.setCarrier(Host.eth1, false)
        #expect(choice(host, "192.0.2.200") == "eth0")
    }

    @Test(
        "patterns choose by name, glob and alternative name; the subnet comes before the order of patterns",
        arguments: [
            (["eth1"], "192.0.2.10", "eth1"), (["eth*"], "192.0.2.10", "eth0"),
            (["eth1", "eth0"], "192.0.2.10", "eth0"),
            (["eth1", "eth0"], "203.0.113.1", "eth1"), (["eth?"], "198.51.100.7", "eth1"),
            (["uplink0"], "192.0.2.10", "eth1"), (["up*"], "192.0.2.10", "eth1"),
            (["wlan*"], "192.0.2.10", "NoInterface"),
            (["*"], "203.0.113.1", "eth0"), (["lo"], "192.0.2.10", "NoInterface"),
        ])
    func byPattern(patterns: [String], address: String, expected: String) {
        var host = Host.twoInterfaces
        host.edit(Host.eth1) { $0.alternativeNames = ["uplink0"] }
        #expect(choice(host, address, patterns) == expected)
    }

    @Test(
        "an interface that cannot be used says why",
        arguments: [
            ("InterfaceDown", Link.Flags([.lowerUp])), ("NoCarrier", Link.Flags([.up])),
            ("InterfaceWithoutARP", Host.operational.union(.noARP)),
        ])
    func obstacles(reason: String, flags: Link.Flags) {
        var host = Host.twoInterfaces
        host.edit(Host.eth0) { $0.flags = flags }
        #expect(choice(host, "192.0.2.10") == reason)
        #expect(choice(host, "192.0.2.10", ["eth0"]) == reason)
        #expect(choice(host, "192.0.2.10", ["eth*"]) == reason)
        #expect(choice(host, "203.0.113.1", ["eth*"]) == "eth1")
        #expect(choice(host, "192.0.2.10", ["eth1"]) == "eth1")
    }

    @Test("a bond without a usable port, or a device without a hardware address, is not used")
    func otherObstacles() {
        var host = Host.twoInterfaces
        host.edit(Host.eth0) { $0.operationalState = .lowerLayerDown }
        #expect(choice(host, "192.0.2.10") == "NoCarrier")
        host = .twoInterfaces
        host.edit(Host.eth0) { $0.macAddress = nil }
        #expect(choice(host, "192.0.2.10") == "InterfaceWithoutARP")
        host = .twoInterfaces
        host.edit(Host.eth0) { $0.operationalState = .unknown }
        #expect(choice(host, "192.0.2.10") == "eth0")
    }

    @Test("a port of a bridge is passed over for the bridge, unless the subnet is its own")
    func bridgePorts() {
        var host = Host.twoInterfaces
        host.put("br0", 4)
        host.remove("192.0.2.1")
        host.add("192.0.2.1/24", to: 4)
        host.edit(Host.eth0) { $0.master = LinkIndex(4) }
        #expect(choice(host, "192.0.2.10") == "br0")
        #expect(choice(host, "192.0.2.10", ["eth0", "br0"]) == "br0")
        #expect(choice(host, "203.0.113.1", ["eth0"]) == "NoInterface")
        host.add("203.0.113.2/24", to: 2)
        #expect(choice(host, "203.0.113.1") == "eth0")
    }

    @Test("neither our own addresses nor those of full length bring a subnet; a peer does")
    func subnets() {
        var host = Host()
        host.put("eth0", 2, "192.0.2.1/32")
        host.put(AddressKey(link: Host.eth0, address: .test("192.0.2.5"), prefixLength: 24), isOurs: true)
        #expect(choice(host, "192.0.2.10") == "NoInterface")
        host.put(
            AddressKey(link: Host.eth0, address: .test("192.0.2.1"), prefixLength: 32, peer: .test("192.0.2.10")),
            isOurs: false)
        #expect(choice(host, "192.0.2.10") == "eth0")
    }

    @Test("of interfaces that match, one whose subnet comes late has the address from then on")
    func lateSubnet() {
        var host = Host.twoInterfaces
        host.remove("192.0.2.1")
        #expect(choice(host, "192.0.2.10", ["eth1", "eth0"]) == "eth1")
        host.add("192.0.2.1/24", to: 2)
        #expect(choice(host, "192.0.2.10", ["eth1", "eth0"]) == "eth0")
        let patterns = ["eth1", "eth0"].compactMap { InterfacePattern($0) }
        let late = InterfaceChoice(patterns: patterns, network: host.state)
        #expect(!late.allows(Host.eth1, for: .test("192.0.2.10")))
    }

    @Test("an interface chosen before stays while it can be used, though another is better now")
    func stickiness() {
        var host = Host.twoInterfaces
        func allows(_ link: LinkIndex, _ patterns: [String] = []) -> Bool {
            InterfaceChoice(patterns: patterns.compactMap { InterfacePattern($0) }, network: host.state)
                .allows(link, for: .test("192.0.2.200"))
        }
        #expect(allows(Host.eth0) && !allows(Host.eth1))
        host.add("192.0.2.129/25", to: 3)
        #expect(allows(Host.eth0) && allows(Host.eth1))
        #expect(!allows(Host.eth0, ["eth1"]))
        host.setCarrier(Host.eth0, false)
        #expect(!allows(Host.eth0) && allows(Host.eth1))
        host.removeLink(Host.eth1)
        #expect(!allows(Host.eth1))
    }
}
