/// Seconds after which a silent peer counts as gone: 0, which means never, or 3 and more (RFC 4271 section 4.2).
public struct HoldTime: Hashable, Sendable {
    /// 0, or 3 to 65535.
    public let seconds: UInt16

    /// 90 seconds, as RFC 4271 section 10 suggests.
    public static let standard = HoldTime(unchecked: 90)
    /// No keepalives and no expiry.
    public static let never = HoldTime(unchecked: 0)

    /// Nil for 1 and 2.
    public init?(seconds: UInt16) {
        guard seconds == 0 || seconds >= 3 else { return nil }
        self.seconds = seconds
    }

    private init(unchecked seconds: UInt16) {
        self.seconds = seconds
    }

    /// The smaller of two offers, which both sides use.
    public static func agreed(_ first: HoldTime, _ second: HoldTime) -> HoldTime {
        first.seconds < second.seconds ? first : second
    }

    /// How long silence may last; nil when it may last forever.
    public var duration: Duration? { seconds == 0 ? nil : .seconds(Int64(seconds)) }

    /// A third of the hold time, at least a second; nil when no keepalives are sent (RFC 4271 section 4.4).
    public var keepaliveInterval: Duration? {
        duration.map { max($0 / 3, .seconds(1)) }
    }
}
