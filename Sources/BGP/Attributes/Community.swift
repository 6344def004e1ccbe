/// A mark of four octets on a route (RFC 1997).
public struct Community: Hashable, Sendable {
    /// Upper half: the AS that gives the mark its meaning; lower half: the mark.
    public let number: UInt32

    /// Any community.
    public init(_ number: UInt32) {
        self.number = number
    }

    /// Traffic is about to leave: prefer any other path (RFC 8326).
    public static let gracefulShutdown = Community(0xFFFF_0000)
    /// RFC 7611.
    public static let acceptOwn = Community(0xFFFF_0001)
    /// RFC 9494.
    public static let longLivedStale = Community(0xFFFF_0006)
    /// RFC 9494.
    public static let noLongLivedStale = Community(0xFFFF_0007)
    /// RFC 7999.
    public static let blackhole = Community(0xFFFF_029A)
    /// RFC 1997.
    public static let noExport = Community(0xFFFF_FF01)
    /// RFC 1997.
    public static let noAdvertise = Community(0xFFFF_FF02)
    /// NO_EXPORT_SUBCONFED of RFC 1997.
    public static let localAS = Community(0xFFFF_FF03)
    /// RFC 3765.
    public static let noPeer = Community(0xFFFF_FF04)

    private static let names: [(String, Community)] = [
        ("graceful-shutdown", .gracefulShutdown), ("accept-own", .acceptOwn),
        ("llgr-stale", .longLivedStale),
        ("no-llgr", .noLongLivedStale), ("blackhole", .blackhole), ("no-export", .noExport),
        ("no-advertise", .noAdvertise), ("local-as", .localAS), ("no-peer", .noPeer),
    ]
}

extension Community: Comparable {
    /// As unsigned numbers.
    public static func < (left: Community, right: Community) -> Bool { left.number < right.number }
}

extension Community: LosslessStringConvertible {
    /// Reads `64512:100`, both halves 0 to 65535, or a well-known name such as `no-export`.
    public init?(_ text: String) {
        if let known = Self.names.first(where: { $0.0 == text }) {
            self = known.1
            return
        }
        guard let parts = text.numbers(separatedBy: ":", count: 2),
            let high = UInt16(exactly: parts[0]),
            let low = UInt16(exactly: parts[1])
        else { return nil }
        number = UInt32(high) << 16 | UInt32(low)
    }

    /// The well-known name, or the two halves.
    public var description: String {
        Self.names.first { $0.1 == self }?.0 ?? "\(number >> 16):\(number & 0xFFFF)"
    }
}

extension String {
    /// Exactly `count` numbers of digits alone, or nil.
    func numbers(separatedBy separator: Character, count: Int) -> [UInt32]? {
        let parts = split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == count else { return nil }
        var numbers: [UInt32] = []
        for part in parts {
            guard !part.isEmpty,
                part.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = UInt32(part)
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
