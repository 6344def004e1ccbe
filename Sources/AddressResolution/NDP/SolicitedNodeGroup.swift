public import NetworkTypes

extension IPAddress {
    /// ff02::1, every node of the link.
    public static let allNodes = IPAddress(ipv6: 0xFF02 << 112 | 1)

    /// The group in which solicitations for an IPv6 address are sent, and which its owner joins: ff02::1:ffXX:XXXX with
    /// the low 24 bits of the address (RFC 4291 section 2.7.1). Nil for IPv4.
    public var solicitedNodeGroup: IPAddress? {
        family == .ipv6 ? IPAddress(ipv6: Self.solicitedNodePrefix | number & 0xFF_FFFF) : nil
    }

    /// Whether the address is in ff02::1:ff00:0/104.
    public var isSolicitedNodeGroup: Bool { family == .ipv6 && number & ~0xFF_FFFF == Self.solicitedNodePrefix }

    private static let solicitedNodePrefix: UInt128 = 0xFF02 << 112 | 0x1_FF00_0000
}

extension MACAddress {
    /// The Ethernet group of an IPv6 group: 33:33 and its low 32 bits (RFC 2464 section 7). Nil for any other address.
    public init?(group: IPAddress) {
        guard group.family == .ipv6, group.isMulticast else { return nil }
        self.init(number: 0x3333_0000_0000 | UInt64(truncatingIfNeeded: group.number & 0xFFFF_FFFF))
    }
}
