/// Random numbers that a seed makes repeatable, for jitter and tests; never for secrets (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable, Hashable {
    private var state: UInt64

    /// Equal seeds give equal sequences.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next of 2^64 numbers, each of which comes once.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A duration between `percent` bounds of `whole`, to the millionth; for jitter as RFC 4271 section 10 wants it.
    public mutating func share(_ percent: ClosedRange<Int>, of whole: Duration) -> Duration {
        let millionths = Int.random(in: (percent.lowerBound * 10_000)...(percent.upperBound * 10_000), using: &self)
        return whole * millionths / 1_000_000
    }
}
