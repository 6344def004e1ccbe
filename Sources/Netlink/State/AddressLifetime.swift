/// How long an address stays, counted by the kernel from when it was last set.
public struct AddressLifetime: Hashable, Sendable {
    /// As the kernel counts them; the highest number is for ever.
    let validSeconds: UInt32
    let preferredSeconds: UInt32

    /// Then the kernel removes it; nil is for ever.
    public var valid: Duration? { Self.duration(validSeconds) }
    /// Until then it may be chosen as a source address; nil is for ever, zero never. Not longer than `valid`.
    public var preferred: Duration? { Self.duration(preferredSeconds) }

    /// Stays, and may be a source address, until it is removed.
    public static let forever = AddressLifetime(valid: nil, preferred: nil)

    /// Whole seconds count: fractions are rounded up, and `valid` is at least one second.
    public init(valid: Duration?, preferred: Duration?) {
        let valid = valid.map { max($0, .seconds(1)) }
        validSeconds = Self.wholeSeconds(valid)
        preferredSeconds = Self.wholeSeconds(valid.map { limit in min(preferred ?? limit, limit) } ?? preferred)
    }

    /// Stays for `duration` and is never chosen as a source address.
    public static func neverSource(for duration: Duration) -> AddressLifetime {
        AddressLifetime(valid: duration, preferred: .zero)
    }

    init(validSeconds: UInt32, preferredSeconds: UInt32) {
        self.validSeconds = validSeconds
        self.preferredSeconds = preferredSeconds
    }

    private static func duration(_ seconds: UInt32) -> Duration? { seconds == .max ? nil : .seconds(seconds) }

    private static func wholeSeconds(_ duration: Duration?) -> UInt32 {
        guard let (seconds, fraction) = duration?.components else { return .max }
        let (rounded, overflow) = seconds.addingReportingOverflow(fraction > 0 ? 1 : 0)
        return overflow ? .max - 1 : UInt32(min(max(rounded, 0), Int64(UInt32.max - 1)))
    }
}
