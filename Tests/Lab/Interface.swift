public import NetworkTypes

/// A network card of a node, and the switch port it is plugged into.
public struct Interface: Hashable, Sendable {
    /// The name inside the node: eth0, eth1, ….
    public let name: String
    /// Chosen by the lab, the same in every run: 02:00:00:00:<switch>:<node>.
    public let mac: MACAddress
    /// The node's IPv4 address here.
    public let ipv4: IPAddress
    /// The node's global IPv6 address here.
    public let ipv6: IPAddress
    /// The name of the switch.
    public let switchName: String
    /// The name of the other end, inside the switch.
    public let port: String

    /// The address of this family.
    public func address(_ family: AddressFamily) -> IPAddress { family == .ipv4 ? ipv4 : ipv6 }

    /// fe80::/64 with the interface identifier made of the MAC address (RFC 4291 appendix A).
    public var linkLocal: IPAddress {
        let mac = UInt128(mac.number)
        let identifier = ((mac >> 24) << 40 | 0xFFFE << 24 | mac & 0xFF_FFFF) ^ (0x02 << 56)
        return IPAddress(ipv6: 0xFE80 << 112 | identifier)
    }
}
