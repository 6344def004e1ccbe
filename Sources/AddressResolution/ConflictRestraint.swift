import NetworkTypes

/// Slows down a host that runs from one taken address to the next (RFC 5227 section 2.1.1, MAX_CONFLICTS and
/// RATE_LIMIT_INTERVAL).
struct ConflictRestraint: Sendable {
    private static let maximumConflicts = 10
    private static let interval = Duration.seconds(60)

    private var conflicts = 0
    private var lastStart: MonotonicTime?

    /// When an address may be asked for that would be asked for at `now`.
    mutating func nextStart(at now: MonotonicTime) -> MonotonicTime {
        var start = now
        if conflicts >= Self.maximumConflicts, let lastStart { start = max(now, lastStart.advanced(by: Self.interval)) }
        lastStart = start
        return start
    }

    mutating func noteConflict() {
        conflicts = min(conflicts + 1, Self.maximumConflicts)
    }

    mutating func noteSuccess() {
        conflicts = 0
    }
}
