import Configuration
import Netlink
import NetworkTypes

/// What the kernel's settings do to addresses that are announced on an interface, and the command that mends it.
enum SettingsAdvice {
    /// The link on which kube-proxy in IPVS mode puts the addresses of all Services, on every node.
    static let serviceLink = "kube-ipvs0"

    /// With this `arp_ignore` the kernel answers for no address at all; with 1 to 7 it answers for those of the interface
    /// (Documentation/networking/ip-sysctl of Linux, and `arp_ignore()` in net/ipv4/arp.c).
    private static let answeringNothing = 8

    /// A sentence for each setting that keeps addresses from working.
    static func sentences(
        _ settings: InterfaceSettings, on link: String, attach: ARPSettings.Attachment, in network: NetworkState,
        bondMode: BondMode? = nil
    ) -> [String] {
        var sentences: [String] = []
        if bondMode == .adaptiveLoadBalancing {
            sentences.append(
                "bond \(link) is in mode balance-alb, which rewrites ARP, so that clients may not follow an address; set "
                    + "its mode to active-backup or 802.3ad")
        }
        if let ignore = settings.arpIgnore, attach == .interface, ignore == Self.answeringNothing {
            sentences.append(
                "with arp_ignore \(ignore) the kernel answers no ARP for addresses on \(link); run  sysctl -w "
                    + "\(key("arp_ignore", of: link))=1 net.ipv4.conf.all.arp_ignore=1, or set arp.attach: none")
        }
        let isStrict = (settings.arpIgnore ?? 0) > 0 && (settings.arpAnnounce ?? 0) > 1
        if network.link(named: serviceLink) != nil, !isStrict {
            sentences.append(
                "kube-proxy runs in IPVS mode without strict ARP, so that every node answers or asks as every address; set "
                    + "ipvs.strictARP: true for kube-proxy, or run  sysctl -w net.ipv4.conf.all.arp_ignore=1 "
                    + "net.ipv4.conf.all.arp_announce=2")
        }
        if settings.returnPathFilter == 1, isReachedElsewhere(link, in: network) {
            sentences.append(
                "with rp_filter 1 the kernel drops what comes in on \(link) from clients that it reaches by another "
                    + "interface; run  sysctl -w \(key("rp_filter", of: link))=2")
        }
        return sentences
    }

    /// A sentence when heartbeats take another way than the clients of addresses: what cuts those alone is not noticed.
    ///
    /// - Parameter peers: the addresses of the other nodes that heartbeats go to.
    static func heartbeatSentence(
        announcingOn links: Set<LinkIndex>, peers: [IPAddress], in network: NetworkState
    ) -> String? {
        let ways = Set(peers.compactMap { link(holding: $0, in: network) })
        guard !ways.isEmpty, !links.isEmpty, ways.isDisjoint(with: links) else { return nil }
        func names(_ links: Set<LinkIndex>) -> String {
            links.compactMap { network.links[$0]?.name }.sorted().joined(separator: ", ")
        }
        return
            "heartbeats go by \(names(ways)), but addresses are announced on \(names(links)): a node that is cut off there "
            + "alone keeps its addresses; name the nodes' addresses in that network under membership.peers"
    }

    /// The link whose subnet holds the address, the longest prefix first.
    private static func link(holding address: IPAddress, in network: NetworkState) -> LinkIndex? {
        let subnets = network.links.keys.flatMap { link in
            network.addresses(on: link).compactMap { held in
                held.isOurs ? nil : held.subnet.map { (link: link, subnet: $0) }
            }
        }
        return subnets.filter { $0.subnet.contains(address) }.max { $0.subnet.prefixLength < $1.subnet.prefixLength }?
            .link
    }

    /// As sysctl takes it: with slashes where the link's name has a dot.
    private static func key(_ setting: String, of link: String) -> String {
        let separator = link.contains(".") ? "/" : "."
        return ["net", "ipv4", "conf", link, setting].joined(separator: separator)
    }

    /// Whether the interface has no subnet of its own, so that the way back leads by another one.
    private static func isReachedElsewhere(_ name: String, in network: NetworkState) -> Bool {
        guard let link = network.link(named: name) else { return false }
        return !network.addresses(on: link.index).contains { $0.address.family == .ipv4 && !$0.isOurs }
    }
}
