import NetworkTypes

/// Waits that double from try to try, up to a limit, each shortened by a random part of up to a half.
public struct Backoff: Hashable, Sendable {
    let first: Duration
    let longest: Duration
    /// Tries that failed in a row.
    public private(set) var failures = 0
    private var generator: SeededGenerator

    /// Waits double from the first to the longest; each is 50 to 100 % of that. The seed spreads them.
    public init(first: Duration = .milliseconds(100), longest: Duration = .seconds(30), seed: UInt64) {
        self.first = first
        self.longest = longest
        generator = SeededGenerator(seed: seed)
    }

    /// How long to wait after one more failure.
    public mutating func next() -> Duration {
        let whole = failures < 20 ? min(first * (1 << failures), longest) : longest
        failures += 1
        return generator.share(50...100, of: whole)
    }

    /// After a success.
    public mutating func reset() {
        failures = 0
    }
}
