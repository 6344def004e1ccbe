import NetworkTypes

/// The ones' complement sum of 16-bit words (RFC 1071) over ICMPv6 and its pseudo-header (RFC 8200 section 8.1).
struct InternetChecksum {
    private var sum: UInt64 = 0

    /// The checksum of an ICMPv6 message whose own checksum field is zero; 0 when the field is set and right.
    static func icmpv6(_ message: ArraySlice<UInt8>, source: IPAddress, destination: IPAddress) -> UInt16 {
        var checksum = InternetChecksum()
        checksum.add(source.number)
        checksum.add(destination.number)
        checksum.add(UInt128(message.count))
        checksum.add(UInt128(IPv6Header.icmpv6))
        checksum.add(message)
        return checksum.value
    }

    var value: UInt16 {
        var folded = sum
        while folded > 0xFFFF { folded = (folded & 0xFFFF) + (folded >> 16) }
        return ~UInt16(truncatingIfNeeded: folded)
    }

    /// Takes the number as big-endian words; zeros in front change nothing.
    mutating func add(_ number: UInt128) {
        var rest = number
        while rest != 0 {
            sum &+= UInt64(truncatingIfNeeded: rest & 0xFFFF)
            rest >>= 16
        }
    }

    /// An odd count is taken as if a zero octet followed.
    mutating func add(_ octets: ArraySlice<UInt8>) {
        var isHigh = true
        for octet in octets {
            sum &+= isHigh ? UInt64(octet) << 8 : UInt64(octet)
            isHigh.toggle()
        }
    }
}
