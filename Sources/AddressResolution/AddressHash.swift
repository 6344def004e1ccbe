import NetworkTypes

/// Hashes that are the same in every process and on every node.
enum AddressHash {
    /// Spreads the bits of a number (the finalizer of SplitMix64).
    static func mix(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    static func hash(_ address: IPAddress, seed: UInt64 = 0) -> UInt64 {
        let high = UInt64(truncatingIfNeeded: address.number >> 64)
        let low = UInt64(truncatingIfNeeded: address.number)
        return mix(mix(mix(seed &+ 0x9E37_79B9_7F4A_7C15) ^ high) ^ low)
    }
}
