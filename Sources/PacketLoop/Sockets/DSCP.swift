/// A Differentiated Services code point (RFC 2474): six bits by which routers choose a queue.
public struct DSCP: Hashable, Sendable {
    /// 0 to 63.
    public let number: UInt8

    /// CS6, for routing protocols (RFC 4594 section 3.1).
    public static let networkControl = DSCP(unchecked: 48)

    /// Nil above 63.
    public init?(_ number: UInt8) {
        guard number < 64 else { return nil }
        self.number = number
    }

    private init(unchecked number: UInt8) {
        self.number = number
    }

    /// The octet of the IP header that holds it.
    var trafficClass: Int32 { Int32(number) << 2 }
}
