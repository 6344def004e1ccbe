import NetworkTypes

/// One kind of routes that may have a next hop of another family (RFC 8950 section 4).
public struct ExtendedNextHop: Hashable, Sendable {
    /// The routes.
    public var family: RouteFamily
    /// The address family of their next hop: 1 is IPv4, 2 is IPv6.
    public var nextHopAFI: UInt16

    /// IPv4 unicast routes with an IPv6 next hop.
    public static let ipv4ThroughIPv6 = ExtendedNextHop(family: .ipv4Unicast, nextHopAFI: 2)

    /// Any combination.
    public init(family: RouteFamily, nextHopAFI: UInt16) {
        self.family = family
        self.nextHopAFI = nextHopAFI
    }

    static func list(from reader: inout ByteReader) throws(ByteReader.Truncated) -> [ExtendedNextHop] {
        var entries: [ExtendedNextHop] = []
        while !reader.isAtEnd {
            let afi = try reader.uint16()
            let safi = try reader.uint16()
            let nextHopAFI = try reader.uint16()
            // The field has two octets, a SAFI has one: what does not fit is no family anyone knows.
            guard let safi = UInt8(exactly: safi) else { continue }
            entries.append(
                ExtendedNextHop(family: RouteFamily(afi: afi, safi: safi), nextHopAFI: nextHopAFI))
        }
        return entries
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(family.afi)
        writer.write(UInt16(family.safi))
        writer.write(nextHopAFI)
    }
}
