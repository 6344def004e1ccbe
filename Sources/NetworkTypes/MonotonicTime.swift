/// A point in time on a clock that never goes back, as drivers hand it to the pure rooms.
///
/// Only differences mean something; the origin is the driver's (the kernel's `CLOCK_BOOTTIME`, or a test's zero).
public struct MonotonicTime: InstantProtocol, Hashable, Sendable {
    /// Nanoseconds since the origin.
    public let nanoseconds: Int64

    /// The clock's origin.
    public static let zero = MonotonicTime(nanoseconds: 0)

    /// Takes any number; one before the origin is negative.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Saturates instead of overflowing (292 years).
    public func advanced(by duration: Duration) -> MonotonicTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        guard overflow else { return MonotonicTime(nanoseconds: sum) }
        return MonotonicTime(nanoseconds: duration < .zero ? .min : .max)
    }

    /// How much later `other` is, exact for any two points; negative when it is earlier.
    public func duration(to other: MonotonicTime) -> Duration {
        .nanoseconds(other.nanoseconds) - .nanoseconds(nanoseconds)
    }

    /// Whether `left` is earlier; for two points of one clock.
    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

extension Duration {
    /// The duration in nanoseconds, rounded towards zero and saturated to what `Int64` holds.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflows) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || overflows ? (seconds < 0 ? .min : .max) : sum
    }
}
