import NetworkTypes

/// Notices that the own process did not run when it should have.
struct PauseWatch: Sendable {
    private var expected: MonotonicTime?

    /// How late this call is.
    func lateness(at now: MonotonicTime) -> Duration {
        guard let expected, expected < now else { return .zero }
        return expected.duration(to: now)
    }

    /// The process means to run again at `time`, or before.
    mutating func expectRun(at time: MonotonicTime) {
        expected = time
    }
}
