/// A 48-bit IEEE 802 address.
public struct MACAddress: Hashable, Sendable {
    /// The address as a number in the low 48 bits, first octet highest.
    public let number: UInt64

    /// ff:ff:ff:ff:ff:ff
    public static let broadcast = MACAddress(number: 0xFFFF_FFFF_FFFF)
    /// 00:00:00:00:00:00
    public static let zero = MACAddress(number: 0)

    /// Takes the low 48 bits.
    public init(number: UInt64) {
        self.number = number & 0xFFFF_FFFF_FFFF
    }

    /// Nil unless there are six octets.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        number = octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Six octets in transmission order.
    public var octets: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: number >> UInt64((5 - $0) * 8)) }
    }

    /// Whether the group bit is set: multicast and broadcast.
    public var isGroup: Bool { number >> 40 & 1 == 1 }
}

extension MACAddress: LosslessStringConvertible {
    /// Reads six pairs of hexadecimal digits with colons between them.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let octets = parts.compactMap { part in
            part.utf8.count == 2 && part.allSatisfy(\.isHexDigit) ? UInt8(part, radix: 16) : nil
        }
        guard parts.count == 6 else { return nil }
        self.init(octets: octets)
    }

    /// Six pairs of lower-case hexadecimal digits with colons between them.
    public var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
