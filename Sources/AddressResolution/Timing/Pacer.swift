import NetworkTypes

/// Keeps to a pace: a token bucket that starts full.
struct Pacer: Sendable {
    /// Nanoseconds that one token takes to come back.
    private let interval: Int64
    /// Nanoseconds in a full bucket.
    private let capacity: Int64
    private var credit: Int64
    private var refilled: MonotonicTime?

    init(_ pace: Pace) {
        interval = 1_000_000_000 / Int64(pace.perSecond)
        capacity = interval * Int64(pace.burst)
        credit = capacity
    }

    /// Whether one more may go.
    var isReady: Bool { credit >= interval }

    /// When half of the bucket is back, so that a driver wakes for many at a time; nil while one may go at once.
    var readyTime: MonotonicTime? {
        guard !isReady, let refilled else { return nil }
        return refilled.advanced(by: .nanoseconds(max(capacity / 2, interval) - credit))
    }

    mutating func refill(at now: MonotonicTime) {
        if let refilled {
            guard now > refilled else { return }
            let (elapsed, overflow) = now.nanoseconds.subtractingReportingOverflow(refilled.nanoseconds)
            credit = overflow || elapsed >= capacity - credit ? capacity : credit + elapsed
        }
        refilled = now
    }

    /// Takes one token; there must be one.
    mutating func spend() {
        credit -= interval
    }
}
