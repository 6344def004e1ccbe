/// What an Ethernet frame carries (IEEE 802.3 type field).
public struct EtherType: Hashable, Sendable {
    /// As on the wire.
    public let number: UInt16

    /// 0x0806
    public static let arp = EtherType(0x0806)
    /// 0x86dd
    public static let ipv6 = EtherType(0x86DD)

    /// Any type from 0x0600 on; smaller numbers are lengths, and select nothing.
    public init(_ number: UInt16) {
        self.number = number
    }
}
