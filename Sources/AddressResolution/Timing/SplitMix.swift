import NetworkTypes

/// Random numbers that a seed repeats (the SplitMix64 sequence).
struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// Spreads the bits of a number; the same number gives the same result in every process.
    static func mix(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A hash of an address that is the same in every process and on every node.
    static func hash(_ address: IPAddress, seed: UInt64 = 0) -> UInt64 {
        let high = UInt64(truncatingIfNeeded: address.number >> 64)
        let low = UInt64(truncatingIfNeeded: address.number)
        return mix(mix(mix(seed &+ 0x9E37_79B9_7F4A_7C15) ^ high) ^ low)
    }
}
