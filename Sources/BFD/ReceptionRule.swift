/// Which datagrams may be BFD packets of a session at all, by port and TTL (RFC 5881 sections 4 and 5, RFC 5883).
public enum ReceptionRule: Hashable, Sendable {
    /// The peer is on the same link: what has passed a router is forged.
    case singleHop
    /// The peer is behind routers; packets must come with at least this TTL or hop limit, 0 for any.
    case multihop(minimumTTL: UInt8)

    /// UDP port that packets are sent to and received on.
    public var port: UInt16 {
        switch self {
        case .singleHop: 3784
        case .multihop: 4784
        }
    }

    /// Source ports to choose from: one for each session, for as long as it lives.
    public static let sourcePorts: ClosedRange<UInt16> = 49152...65535

    /// TTL or hop limit of every packet sent.
    public static let transmittedTTL: UInt8 = 255

    /// The least TTL or hop limit that a packet must come with.
    public var minimumTTL: UInt8 {
        switch self {
        case .singleHop: 255
        case .multihop(let minimum): minimum
        }
    }

    /// Whether a packet that came with this TTL or hop limit counts.
    public func accepts(ttl: UInt8) -> Bool { ttl >= minimumTTL }
}
