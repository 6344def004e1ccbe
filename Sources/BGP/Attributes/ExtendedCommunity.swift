import NetworkTypes

/// A typed mark of eight octets on a route (RFC 4360).
public struct ExtendedCommunity: Hashable, Sendable {
    /// The eight octets as a number, first octet highest.
    public let number: UInt64

    /// Any community.
    public init(_ number: UInt64) {
        self.number = number
    }
}

extension ExtendedCommunity: Comparable {
    /// As unsigned numbers.
    public static func < (left: ExtendedCommunity, right: ExtendedCommunity) -> Bool {
        left.number < right.number
    }
}

extension ExtendedCommunity: LosslessStringConvertible {
    /// Reads `rt:64512:100`, `rt:4200000000:1`, `rt:192.0.2.1:100`, the same with `soo` (site of origin), or
    /// `0x` and sixteen hexadecimal digits.
    public init?(_ text: String) {
        if text.hasPrefix("0x") {
            guard text.utf8.count == 18, !text.contains("+"),
                let number = UInt64(text.dropFirst(2), radix: 16)
            else {
                return nil
            }
            self.init(number)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let subtype = Self.subtype(named: parts[0]),
            let value = parts[2].numbers(separatedBy: ":", count: 1)?.first
        else { return nil }
        self.init(subtype: subtype, administrator: parts[1], value: value)
    }

    private init?(subtype: UInt8, administrator: String, value: UInt32) {
        let type: UInt64
        let content: UInt64
        if let address = IPAddress(administrator), address.family == .ipv4 {
            guard value <= 0xFFFF else { return nil }
            (type, content) = (1, UInt64(address.number) << 16 | UInt64(value))
        } else if let asn = ASN(administrator), !administrator.contains(".") {
            if asn.fitsTwoOctets {
                (type, content) = (0, UInt64(asn.number) << 32 | UInt64(value))
            } else {
                guard value <= 0xFFFF else { return nil }
                (type, content) = (2, UInt64(asn.number) << 16 | UInt64(value))
            }
        } else {
            return nil
        }
        self.init(type << 56 | UInt64(subtype) << 48 | content)
    }

    /// In words where the type is one that can be read, else in hexadecimal.
    public var description: String {
        let subtype = UInt8(truncatingIfNeeded: number >> 48)
        let digits = String(number, radix: 16)
        guard let name = Self.name(ofSubtype: subtype) else {
            return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
        }
        let long = UInt32(truncatingIfNeeded: number >> 16)
        switch number >> 56 {
        case 0: return "\(name):\(number >> 32 & 0xFFFF):\(UInt32(truncatingIfNeeded: number))"
        case 1: return "\(name):\(IPAddress(ipv4: long)):\(number & 0xFFFF)"
        case 2 where long > 0xFFFF: return "\(name):\(long):\(number & 0xFFFF)"
        default: return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
        }
    }

    private static func subtype(named name: String) -> UInt8? {
        switch name {
        case "rt": 2
        case "soo": 3
        default: nil
        }
    }

    private static func name(ofSubtype subtype: UInt8) -> String? {
        switch subtype {
        case 2: "rt"
        case 3: "soo"
        default: nil
        }
    }
}
