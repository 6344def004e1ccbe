/// One IPv4 or IPv6 address, without a zone.
///
/// The value is the address read as a big-endian number, so that addresses of one family order and count as numbers do.
/// IPv4 sorts before IPv6.
public struct IPAddress: Hashable, Sendable {
    // In two words, and not as one `UInt128`: that is aligned to 16 octets, and an address would take up 32 instead of 24
    // in each of the many tables that hold one.
    private let upper: UInt64
    private let lower: UInt64
    /// An IPv4-mapped address (RFC 4291 section 2.5.5.2) is an IPv6 one.
    public let family: AddressFamily

    private init(_ family: AddressFamily, _ number: UInt128) {
        self.family = family
        upper = UInt64(truncatingIfNeeded: number >> 64)
        lower = UInt64(truncatingIfNeeded: number)
    }

    /// Returns nil when `number` does not fit the family.
    public init?(family: AddressFamily, number: UInt128) {
        if family == .ipv4, number > UInt128(UInt32.max) { return nil }
        self.init(family, number)
    }

    /// The first octet is the highest: 192.0.2.1 is 0xC000_0201.
    public init(ipv4 number: UInt32) {
        self.init(.ipv4, UInt128(number))
    }

    /// The first octet is the highest: ::1 is 1.
    public init(ipv6 number: UInt128) {
        self.init(.ipv6, number)
    }

    /// Reads 4 or 16 octets in network order; any other count is nil.
    public init?(octets: some Collection<UInt8>) {
        let family: AddressFamily
        switch octets.count {
        case 4: family = .ipv4
        case 16: family = .ipv6
        default: return nil
        }
        self.init(family, octets.reduce(0) { $0 << 8 | UInt128($1) })
    }

    /// The address as a number; for IPv4 the upper 96 bits are zero.
    public var number: UInt128 { UInt128(upper) << 64 | UInt128(lower) }

    /// 4 or 16 octets in network order.
    public var octets: [UInt8] {
        let count = family.bitWidth / 8
        return (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt128((count - 1 - $0) * 8)) }
    }

    /// The address `distance` further on, or nil where the family ends.
    public func advanced(by distance: UInt128) -> IPAddress? {
        let (sum, overflow) = number.addingReportingOverflow(distance)
        return overflow ? nil : IPAddress(family: family, number: sum)
    }
}

extension IPAddress: Comparable {
    /// By family, IPv4 first, then as numbers.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.family, left.number) < (right.family, right.number)
    }
}

// MARK: - What an address is for

extension IPAddress {
    /// 0.0.0.0 or :: .
    public var isUnspecified: Bool { number == 0 }

    /// 127.0.0.0/8 or ::1 (RFC 6890).
    public var isLoopback: Bool {
        switch family {
        case .ipv4: number >> 24 == 127
        case .ipv6: number == 1
        }
    }

    /// 224.0.0.0/4 or ff00::/8.
    public var isMulticast: Bool {
        switch family {
        case .ipv4: number >> 28 == 0xE
        case .ipv6: number >> 120 == 0xFF
        }
    }

    /// 169.254.0.0/16 or fe80::/10.
    public var isLinkLocal: Bool {
        switch family {
        case .ipv4: number >> 16 == 0xA9FE
        case .ipv6: number >> 118 == 0x3FA
        }
    }

    /// 255.255.255.255.
    public var isLimitedBroadcast: Bool { family == .ipv4 && number == 0xFFFF_FFFF }

    /// ::ffff:0:0/96 (RFC 4291 section 2.5.5.2).
    public var isIPv4Mapped: Bool { family == .ipv6 && number >> 32 == 0xFFFF }

    /// Whether a host can own the address: not unspecified, loopback, multicast, link-local, broadcast, mapped,
    /// of 0.0.0.0/8 or of the reserved 240.0.0.0/4.
    public var isAssignable: Bool {
        if isUnspecified || isLoopback || isMulticast || isLinkLocal || isIPv4Mapped { return false }
        return family == .ipv6 || (number >> 24 != 0 && number >> 28 != 0xF)
    }
}
