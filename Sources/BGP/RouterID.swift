public import NetworkTypes

/// A BGP Identifier: any 32-bit number but zero, unique within its AS (RFC 6286 section 2.1).
public struct RouterID: Hashable, Sendable {
    /// The identifier as an unsigned number, which is how two of them compare.
    public let number: UInt32

    /// Nil for zero.
    public init?(_ number: UInt32) {
        guard number != 0 else { return nil }
        self.number = number
    }

    /// Nil for IPv6 and for 0.0.0.0.
    public init?(_ address: IPAddress) {
        guard address.family == .ipv4 else { return nil }
        self.init(UInt32(truncatingIfNeeded: address.number))
    }
}

extension RouterID: Comparable {
    /// As unsigned numbers.
    public static func < (left: RouterID, right: RouterID) -> Bool { left.number < right.number }
}

extension RouterID: CustomStringConvertible {
    /// Dotted quad.
    public var description: String { "\(IPAddress(ipv4: number))" }
}
