import NetworkTypes

/// What happened in a simulation, line by line.
final class Trace {
    private var entries: [(time: MonotonicTime, text: String)] = []

    func note(at now: MonotonicTime, _ text: String) {
        entries.append((now, text))
    }

    func lines(until end: MonotonicTime) -> [String] {
        entries.filter { $0.time <= end }.map { "\($0.time.nanoseconds / 1_000) µs  \($0.text)" }
    }
}
