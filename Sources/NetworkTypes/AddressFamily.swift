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

    /// As one of two, and not by its name as enumerations with names are by default: it is hashed with every address.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self == .ipv4)
    }

    /// IPv4 sorts before IPv6.
    public static func < (left: AddressFamily, right: AddressFamily) -> Bool {
        left.bitWidth < right.bitWidth
    }
}
