/// The two families of Internet addresses.
public enum AddressFamily: String, Sendable, Hashable, CaseIterable, Comparable {
    case ipv4 = "IPv4"
    case ipv6 = "IPv6"

    /// Length of an address in bits: 32 or 128.
    public var bitWidth: Int {
        switch self {
        case .ipv4: 32
        case .ipv6: 128
        }
    }

    /// IPv4 sorts before IPv6.
    public static func < (left: AddressFamily, right: AddressFamily) -> Bool {
        left.bitWidth < right.bitWidth
    }
}
