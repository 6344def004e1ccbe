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
}
