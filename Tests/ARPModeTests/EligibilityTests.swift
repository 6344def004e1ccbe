import Configuration
import Membership
import Netlink
import NetworkTypes
import Testing

@testable import ARPMode

@Suite("What a node can announce by its links")
struct EligibilityTests {
    private func eligibility(_ host: Host, _ patterns: [String] = []) -> Eligibility {
        var settings = ARPSettings()
        settings.interfaces = patterns.compactMap { InterfacePattern($0) }
        return Custody.eligibility(in: host.state, settings: settings)
    }

    @Test("the interfaces of pods do not keep the uplink's hardware address from being told")
    func pods() {
        var host = Host.twoInterfaces
        for number: Int32 in 10..<60 { host.put("pod\(number)", number, "fe80::\(number)/64") }
        host.edit(Host.eth0) { $0.macAddress = MACAddress(number: 0x0A00_0000_0002) }
        host.edit(Host.eth1) { $0.macAddress = MACAddress(number: 0x0A00_0000_0003) }
        let uplinks = Set([0x0A00_0000_0002, 0x0A00_0000_0003].map { MACAddress(number: $0) })
        #expect(eligibility(host).stations == uplinks)
        #expect(eligibility(host, ["eth0", "pod10"]).stations.count == 2, "those that the operator has named")
    }

    /// Whether the node says that it can announce the address.
    private func serves(_ host: Host, _ address: String, _ patterns: [String]) -> Bool {
        eligibility(host, patterns).subnets.contains { $0.contains(IPAddress.test(address)) }
    }

    @Test("of interfaces that are named, one without a carrier keeps what its subnet holds, and nothing else")
    func awaited() {
        var host = Host.twoInterfaces
        let everything = Set(["0.0.0.0/0", "::/0"].compactMap { CIDR($0) })
        #expect(eligibility(host, ["eth*"]).subnets == everything)
        host.setCarrier(Host.eth0, false)
        #expect(eligibility(host, ["eth1"]).subnets == everything)
        #expect(eligibility(host, ["eth0"]).subnets == [])
        for address in ["192.0.2.0", "192.0.2.10", "192.0.2.255", "2001:db8::10"] {
            #expect(!serves(host, address, ["eth*"]), "\(address) waits for eth0")
        }
        for address in ["198.51.100.10", "203.0.113.1", "192.0.1.255", "192.0.3.0", "0.0.0.1", "223.0.0.1"] {
            #expect(serves(host, address, ["eth*"]), "\(address)")
        }
        #expect(eligibility(host, ["eth*"]).subnets.count <= 64)
        host.add("192.0.2.2/24", to: 3)
        #expect(serves(host, "192.0.2.10", ["eth*"]), "eth1 has the subnet, too")
        host.setCarrier(Host.eth0, true)
        #expect(eligibility(host, ["eth*"]).subnets == everything)
    }
}
