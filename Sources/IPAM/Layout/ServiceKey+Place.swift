extension ServiceKey {
    /// Where in 0...`last` the Service's name falls: the same in every process, evenly spread over any size.
    func place(through last: UInt128) -> UInt128 {
        let (count, overflow) = last.addingReportingOverflow(1)
        return overflow ? spread : spread.multipliedFullWidth(by: count).high
    }

    /// FNV-1a over `namespace/name`, widened to 128 bits by a mixer, as its own high bits hardly differ between like
    /// names.
    private var spread: UInt128 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for octets in [namespace.utf8, "/".utf8, name.utf8] {
            for octet in octets { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01B3 }
        }
        return UInt128(hash.mixed) << 64 | UInt128((hash &+ 0x9E37_79B9_7F4A_7C15).mixed)
    }
}

extension UInt64 {
    /// Every bit of the result depends on every bit of the number (SplitMix64's finalizer).
    fileprivate var mixed: UInt64 {
        var value = self
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
