/// A four-octet autonomous system number (RFC 6793).
public struct ASN: Hashable, Sendable {
    /// 0 to 4294967295; reserved numbers such as 0 (RFC 7607) are not refused here.
    public let number: UInt32

    /// 23456, which stands for a number that does not fit two octets (RFC 6793 section 9).
    public static let transition = ASN(23456)

    /// Takes any number, reserved ones too.
    public init(_ number: UInt32) {
        self.number = number
    }

    /// Whether the number fits the two octets of an old speaker.
    public var fitsTwoOctets: Bool { number <= 0xFFFF }
}

extension ASN: LosslessStringConvertible {
    /// Reads asplain or asdot (RFC 5396): digits only.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) })
        else { return nil }
        switch parts.count {
        case 1:
            guard let number = UInt32(parts[0]) else { return nil }
            self.init(number)
        case 2:
            guard let high = UInt16(parts[0]), let low = UInt16(parts[1]) else { return nil }
            self.init(UInt32(high) << 16 | UInt32(low))
        default: return nil
        }
    }

    /// asplain.
    public var description: String { String(number) }
}
