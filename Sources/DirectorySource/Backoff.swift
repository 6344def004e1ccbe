import NetworkTypes

/// When to try again what has failed: later and later, up to half a minute.
struct Backoff {
    private static let shortest = Duration.milliseconds(100)
    private static let longest = Duration.seconds(30)

    private var delay = shortest
    /// Nil: nothing has failed.
    private(set) var due: MonotonicTime?

    mutating func fail(at now: MonotonicTime) {
        due = now.advanced(by: delay)
        delay = min(delay * 2, Self.longest)
    }

    mutating func succeed() {
        self = Backoff()
    }

    func isDue(at now: MonotonicTime) -> Bool {
        due.map { $0 <= now } ?? true
    }
}
