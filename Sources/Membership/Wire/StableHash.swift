import NetworkTypes

/// Hashes without a seed: every node computes the same ones, whatever its version of the standard library.
enum StableHash {
    /// Spreads the bits of a number (the finalizer of SplitMix64).
    static func mix(_ number: UInt64) -> UInt64 {
        var mixed = number &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// FNV-1a with its bits spread.
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        mix(bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    static func hash(_ address: IPAddress) -> UInt64 {
        let high = UInt64(truncatingIfNeeded: address.number >> 64)
        let low = UInt64(truncatingIfNeeded: address.number)
        return mix(mix(high ^ UInt64(address.family.bitWidth)) ^ low)
    }

    /// How much the node is meant to have the address: the highest weight wins (rendezvous hashing).
    static func weight(of address: UInt64, on node: NodeID) -> UInt64 {
        mix(address ^ node.number)
    }
}
