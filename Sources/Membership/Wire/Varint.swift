import NetworkTypes

extension ByteReader {
    /// An unsigned number, seven bits to an octet, the lowest first; nil when it exceeds 128 bits or has idle octets.
    mutating func varint() throws(Truncated) -> UInt128? {
        var value: UInt128 = 0
        for shift in stride(from: 0, to: 133, by: 7) {
            let octet = try uint8()
            if shift == 126, octet > 3 { return nil }
            value |= UInt128(octet & 0x7F) << UInt128(shift)
            if octet & 0x80 == 0 { return octet == 0 && shift > 0 ? nil : value }
        }
        return nil
    }
}

extension ByteWriter {
    /// As `ByteReader.varint()` reads it: 1 to 19 octets.
    mutating func writeVarint(_ value: UInt128) {
        var rest = value
        while rest > 0x7F {
            write(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        write(UInt8(truncatingIfNeeded: rest))
    }
}
