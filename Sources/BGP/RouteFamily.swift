public import NetworkTypes

/// What kind of routes a capability, attribute or refresh speaks of: an address family and a subsequent one (RFC 4760).
public struct RouteFamily: Hashable, Sendable {
    /// Address family identifier: 1 is IPv4, 2 is IPv6.
    public let afi: UInt16
    /// Subsequent address family identifier: 1 is unicast.
    public let safi: UInt8

    /// IPv4 unicast.
    public static let ipv4Unicast = RouteFamily(afi: 1, safi: 1)
    /// IPv6 unicast.
    public static let ipv6Unicast = RouteFamily(afi: 2, safi: 1)

    /// Any pair, known or not.
    public init(afi: UInt16, safi: UInt8) {
        self.afi = afi
        self.safi = safi
    }

    /// Unicast routes of the family.
    public init(_ family: AddressFamily) {
        self = family == .ipv4 ? .ipv4Unicast : .ipv6Unicast
    }

    /// The family of unicast addresses meant, or nil for anything that is not spoken here.
    public var unicast: AddressFamily? {
        switch self {
        case .ipv4Unicast: .ipv4
        case .ipv6Unicast: .ipv6
        default: nil
        }
    }
}

extension RouteFamily: CustomStringConvertible {
    /// `IPv4 unicast`, `IPv6 unicast`, or the two numbers.
    public var description: String {
        unicast.map { "\($0.rawValue) unicast" } ?? "AFI \(afi) SAFI \(safi)"
    }
}
