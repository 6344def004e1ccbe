/// How long a lease lasts and how often it is renewed; the defaults are client-go's.
public struct LeaseTiming: Hashable, Sendable {
    /// A timing with which two could lead at once, or none for long.
    public struct Unsound: Error, Hashable, Sendable, CustomStringConvertible {
        /// One sentence.
        public let description: String
    }

    /// Others wait this long after the last change they saw.
    public let leaseDuration: Duration
    /// A leader that could not renew for this long leads no more.
    public let renewDeadline: Duration
    /// Between two tries.
    public let retryPeriod: Duration

    /// Throws unless `leaseDuration` > `renewDeadline` > 1.2 × `retryPeriod` > 0, and the lease is whole seconds, at
    /// most an hour.
    public init(leaseDuration: Duration, renewDeadline: Duration, retryPeriod: Duration) throws(Unsound) {
        guard leaseDuration > renewDeadline, renewDeadline > retryPeriod * 12 / 10, retryPeriod > .zero else {
            throw Unsound(
                description: "a lease of \(leaseDuration) must be longer than its renew deadline of \(renewDeadline), "
                    + "and that longer than 1.2 times the retry period of \(retryPeriod)")
        }
        guard leaseDuration <= .seconds(3600), leaseDuration.components.attoseconds == 0 else {
            throw Unsound(description: "a lease of \(leaseDuration) must be whole seconds, and at most an hour")
        }
        self.init(unchecked: leaseDuration, renewDeadline, retryPeriod)
    }

    private init(unchecked leaseDuration: Duration, _ renewDeadline: Duration, _ retryPeriod: Duration) {
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }

    /// 15 s, 10 s and 2 s.
    public static let standard = LeaseTiming(unchecked: .seconds(15), .seconds(10), .seconds(2))
}
