/// How fast frames for many addresses may follow each other.
public struct Pace: Hashable, Sendable {
    /// Addresses a second, at least 1.
    public let perSecond: Int
    /// Addresses at once, at least 2.
    public let burst: Int

    /// 12,500 addresses a second, 100 at once: 1,000 addresses in 72 ms. For IPv4, two frames each, that is 17 Mbit/s.
    public static let standard = Pace(perSecond: 12_500, burst: 100)

    /// Values out of range are brought into it.
    public init(perSecond: Int, burst: Int) {
        self.perSecond = min(max(perSecond, 1), 1_000_000)
        self.burst = min(max(burst, 2), 1_000_000)
    }
}
