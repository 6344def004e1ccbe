import Configuration
import Netlink
import NetworkTypes

/// What the kernel's settings do to addresses that are announced on an interface, and the command that mends it.
enum SettingsAdvice {
    /// The link on which kube-proxy in IPVS mode puts the addresses of all Services, on every node.
    static let serviceLink = "kube-ipvs0"

    /// A sentence for each setting that keeps addresses from working.
    static func sentences(
        _ settings: InterfaceSettings, on link: String, attach: ARPSettings.Attachment, in network: NetworkState
    ) -> [String] {
        var sentences: [String] = []
        if let ignore = settings.arpIgnore, attach == .interface, ignore > 2 {
            sentences.append(
                "with arp_ignore \(ignore) the kernel answers no ARP for addresses on \(link); run  sysctl -w "
                    + "net.ipv4.conf.\(link).arp_ignore=1 net.ipv4.conf.all.arp_ignore=1, or set arp.attach: none")
        }
        if network.link(named: serviceLink) != nil, (settings.arpIgnore ?? 0) == 0 {
            sentences.append(
                "kube-proxy runs in IPVS mode without strict ARP, so that every node answers ARP for every address; set "
                    + "ipvs.strictARP: true for kube-proxy, or run  sysctl -w net.ipv4.conf.all.arp_ignore=1 "
                    + "net.ipv4.conf.all.arp_announce=2")
        }
        if settings.returnPathFilter == 1, isReachedElsewhere(link, in: network) {
            sentences.append(
                "with rp_filter 1 the kernel drops what comes in on \(link) from clients that it reaches by another "
                    + "interface; run  sysctl -w net.ipv4.conf.\(link).rp_filter=2")
        }
        return sentences
    }

    /// Whether the interface has no subnet of its own, so that the way back leads by another one.
    private static func isReachedElsewhere(_ name: String, in network: NetworkState) -> Bool {
        guard let link = network.link(named: name) else { return false }
        return !network.addresses(on: link.index).contains { $0.address.family == .ipv4 && !$0.isOurs }
    }
}
