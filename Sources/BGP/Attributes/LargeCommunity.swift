public import NetworkTypes

/// A mark of twelve octets on a route, for AS numbers that do not fit two (RFC 8092).
public struct LargeCommunity: Hashable, Sendable {
    /// The AS that gives the mark its meaning.
    public let globalAdministrator: ASN
    /// The first of two numbers of that AS's choice.
    public let first: UInt32
    /// The second.
    public let second: UInt32

    /// Any community.
    public init(_ globalAdministrator: ASN, _ first: UInt32, _ second: UInt32) {
        self.globalAdministrator = globalAdministrator
        self.first = first
        self.second = second
    }
}

extension LargeCommunity: Comparable {
    /// Part by part as unsigned numbers.
    public static func < (left: LargeCommunity, right: LargeCommunity) -> Bool {
        (left.globalAdministrator.number, left.first, left.second)
            < (right.globalAdministrator.number, right.first, right.second)
    }
}

extension LargeCommunity: LosslessStringConvertible {
    /// Reads `4200000000:1:2` (RFC 8092 section 5).
    public init?(_ text: String) {
        guard let parts = text.numbers(separatedBy: ":", count: 3) else { return nil }
        self.init(ASN(parts[0]), parts[1], parts[2])
    }

    /// Three decimal numbers.
    public var description: String { "\(globalAdministrator):\(first):\(second)" }
}
