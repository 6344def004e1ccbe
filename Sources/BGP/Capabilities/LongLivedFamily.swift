import NetworkTypes

/// One family whose stale routes a peer may keep for long, as a last resort (RFC 9494 section 3).
public struct LongLivedFamily: Hashable, Sendable {
    /// The routes.
    public var family: RouteFamily
    /// Whether packets were forwarded all through the last restart (F bit).
    public var isForwardingPreserved: Bool
    /// Seconds, 0 to 16,777,215.
    public var staleTime: UInt32

    /// `staleTime` above its 24 bits is cut to them.
    public init(_ family: RouteFamily, isForwardingPreserved: Bool, staleTime: UInt32) {
        self.family = family
        self.isForwardingPreserved = isForwardingPreserved
        self.staleTime = min(staleTime, 0xFF_FFFF)
    }

    static func list(from reader: inout ByteReader) throws(ByteReader.Truncated) -> [LongLivedFamily] {
        var families: [LongLivedFamily] = []
        while !reader.isAtEnd {
            let afi = try reader.uint16()
            let safi = try reader.uint8()
            let flagsAndTime = try reader.uint32()
            families.append(
                LongLivedFamily(
                    RouteFamily(afi: afi, safi: safi), isForwardingPreserved: flagsAndTime >> 31 == 1,
                    staleTime: flagsAndTime & 0xFF_FFFF))
        }
        return families
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(family.afi)
        writer.write(family.safi)
        writer.write((isForwardingPreserved ? 0x8000_0000 : 0) | min(staleTime, 0xFF_FFFF))
    }
}
