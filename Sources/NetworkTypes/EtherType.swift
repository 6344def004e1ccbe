/// What an Ethernet frame carries (IEEE 802.3 type field).
public struct EtherType: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// ARP (RFC 826).
    public static let arp = EtherType(rawValue: 0x0806)
    /// IPv6 (RFC 2464).
    public static let ipv6 = EtherType(rawValue: 0x86DD)

    /// Any number; those below 0x600 are lengths, not types, and select nothing.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Whether a VLAN tag stands here instead of a protocol: IEEE 802.1Q, 802.1ad, and the older 0x9100.
    public var isVLANTag: Bool { rawValue == 0x8100 || rawValue == 0x88A8 || rawValue == 0x9100 }
}
