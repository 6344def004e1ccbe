public import NetworkTypes

/// Writes values one after the other into an array of octets, for `PackedReader` to read back in this process.
///
/// What is kept of each of many Services is kept so: one block of memory, where every text, list and dictionary would
/// otherwise be a block of its own. Equal values give equal octets.
public struct PackedWriter: Sendable {
    private var octets: [UInt8] = []

    /// Empty, with room for what most Services take.
    public init() {
        octets.reserveCapacity(512)
    }

    /// All that was written, in a block of its own that is no larger.
    public var packed: [UInt8] {
        var packed: [UInt8] = []
        packed.reserveCapacity(octets.count)
        packed.append(contentsOf: octets)
        return packed
    }

    /// In as few octets as the number needs, seven bits in each.
    public mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        octets.append(UInt8(rest))
    }

    /// Few octets for numbers near zero, whatever their sign.
    public mutating func write(_ number: Int64) {
        write(UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    /// Few octets for small ones.
    public mutating func write(_ number: UInt16) { write(UInt64(number)) }

    /// One octet.
    public mutating func write(_ flag: Bool) { octets.append(flag ? 1 : 0) }

    /// With its length before it.
    public mutating func write(_ text: String) {
        write(UInt64(text.utf8.count))
        octets.append(contentsOf: text.utf8)
    }

    /// One octet before what `write` writes, or alone for nil.
    public mutating func write<Value>(_ value: Value?, _ write: (inout PackedWriter, Value) -> Void) {
        self.write(value != nil)
        if let value { write(&self, value) }
    }

    /// As above.
    public mutating func write(_ text: String?) { write(text) { $0.write($1) } }

    /// With their count before them.
    public mutating func write<Value>(_ values: [Value], _ write: (inout PackedWriter, Value) -> Void) {
        self.write(UInt64(values.count))
        for value in values { write(&self, value) }
    }

    /// With their count before them.
    public mutating func write(_ texts: [String]) { write(texts) { $0.write($1) } }

    /// In the order of the keys.
    public mutating func write(_ texts: [String: String]) {
        write(texts.count < 2 ? Array(texts) : texts.sorted { $0.key < $1.key }) {
            $0.write($1.key)
            $0.write($1.value)
        }
    }

    /// Five octets for IPv4, 17 for IPv6.
    public mutating func write(_ address: IPAddress) {
        let count = address.family.bitWidth / 8
        octets.append(UInt8(count))
        let number = address.number
        for place in 0..<count { octets.append(UInt8(truncatingIfNeeded: number >> UInt128(place * 8))) }
    }

    /// With their count before them.
    public mutating func write(_ addresses: [IPAddress]) { write(addresses) { $0.write($1) } }
}
