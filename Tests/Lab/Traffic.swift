public import NetworkTypes

/// Which frames an obstacle stops.
public enum Traffic: Hashable, Sendable {
    /// Every frame.
    case all
    /// ARP.
    case arp
    /// The five messages of Neighbour Discovery (RFC 4861).
    case neighbourDiscovery
    /// ICMP and ICMPv6 (and with it Neighbour Discovery).
    case icmp
    /// UDP from or to this port.
    case udp(port: UInt16)
    /// TCP from or to this port.
    case tcp(port: UInt16)
    /// IP packets from or to this address.
    case address(IPAddress)
    /// A match in nftables' own words, in the bridge family.
    case nftables(String)

    /// nftables matches; a frame that meets any of them is meant.
    var matches: [String] {
        switch self {
        case .all: [""]
        case .arp: ["ether type arp"]
        case .neighbourDiscovery:
            [
                "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, "
                    + "nd-redirect }"
            ]
        case .icmp: ["meta l4proto { icmp, icmpv6 }"]
        case .udp(let port): ["udp sport \(port)", "udp dport \(port)"]
        case .tcp(let port): ["tcp sport \(port)", "tcp dport \(port)"]
        case .address(let address): Self.matches(of: address)
        case .nftables(let match): [match]
        }
    }

    private static func matches(of address: IPAddress) -> [String] {
        let family = address.family == .ipv4 ? "ip" : "ip6"
        return ["\(family) saddr \(address)", "\(family) daddr \(address)"]
    }
}
