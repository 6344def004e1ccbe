import Configuration
import Netlink
import NetworkTypes
import Testing

@testable import ARPMode

@Suite("Advice on the kernel's settings")
struct SettingsAdviceTests {
    private func advice(
        attach: ARPSettings.Attachment = .interface, _ host: Host = .twoInterfaces,
        _ edit: (inout InterfaceSettings) -> Void
    ) throws -> [String] {
        var settings = try #require(InterfaceSettings(link: "none-such"))
        edit(&settings)
        return SettingsAdvice.sentences(settings, on: "eth0", attach: attach, in: host.state)
    }

    @Test("the kernel's defaults need none")
    func defaults() throws {
        let some = try advice { settings in
            settings.arpIgnore = 0
            settings.arpAnnounce = 0
            settings.returnPathFilter = 1
        }
        #expect(some.isEmpty)
        #expect(try advice { _ in }.isEmpty)
    }

    @Test("heartbeats that take another way than the clients are told of; where the way is not known, nothing is")
    func heartbeatWay() {
        let network = Host.twoInterfaces.state
        func sentence(_ links: Set<LinkIndex>, _ peers: IPAddress...) -> String? {
            SettingsAdvice.heartbeatSentence(announcingOn: links, peers: peers, in: network)
        }
        let nearby = IPAddress.test("192.0.2.77")
        let expected = "heartbeats go by eth0, but addresses are announced on eth1"
        #expect(sentence([Host.eth1], nearby)?.hasPrefix(expected) == true)
        #expect(sentence([Host.eth0, Host.eth1], nearby) == nil)
        #expect(sentence([Host.eth1], .test("100.64.0.1")) == nil)
        #expect(sentence([], nearby) == nil)
    }

    @Test("a kernel that answers no ARP is told where it should answer, and only there")
    func ignoring() throws {
        #expect(try advice { $0.arpIgnore = 8 }.first?.contains("sysctl -w net.ipv4.conf.eth0.arp_ignore=1") == true)
        #expect(try advice(attach: .none) { $0.arpIgnore = 8 }.isEmpty)
        #expect(try advice { $0.arpIgnore = 1 }.isEmpty)
    }

    @Test("kube-proxy in IPVS mode is told unless ARP is strict")
    func ipvs() throws {
        var host = Host.twoInterfaces
        host.put("kube-ipvs0", 9, flags: [.noARP])
        #expect(try advice(host) { $0.arpIgnore = 0 }.first?.contains("strictARP: true") == true)
        #expect(
            try advice(host) {
                $0.arpIgnore = 1
                $0.arpAnnounce = 0
            }.count == 1)
        #expect(
            try advice(host) {
                $0.arpIgnore = 1
                $0.arpAnnounce = 2
            }.isEmpty)
    }

    @Test("a name with a dot is written as sysctl takes it; a bond that rewrites ARP is told")
    func names() throws {
        var settings = try #require(InterfaceSettings(link: "none-such"))
        settings.arpIgnore = 8
        let network = Host.twoInterfaces.state
        let sentence = SettingsAdvice.sentences(settings, on: "eth0.7", attach: .interface, in: network).first
        #expect(sentence?.contains("sysctl -w net/ipv4/conf/eth0.7/arp_ignore=1") == true)
        settings.arpIgnore = 0
        let bond = SettingsAdvice.sentences(
            settings, on: "bond0", attach: .interface, in: network, bondMode: .adaptiveLoadBalancing)
        #expect(bond.first?.contains("active-backup or 802.3ad") == true)
        #expect(
            SettingsAdvice.sentences(settings, on: "bond0", attach: .interface, in: network, bondMode: .other).isEmpty)
    }

    @Test("strict filtering is told of an interface without a subnet")
    func returnPath() throws {
        var host = Host.twoInterfaces
        host.remove("192.0.2.1")
        #expect(try advice(host) { $0.returnPathFilter = 1 }.first?.contains("rp_filter=2") == true)
        #expect(try advice(host) { $0.returnPathFilter = 2 }.isEmpty)
    }
}
