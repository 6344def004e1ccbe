/// Appends big-endian values to a growing array of octets.
public struct ByteWriter: Sendable {
    /// All that was written, in order.
    public private(set) var bytes: [UInt8] = []

    /// Empty; memory for `capacity` octets is set aside, and more may be written.
    public init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// Octets written so far.
    public var count: Int { bytes.count }

    /// One octet.
    public mutating func write(_ value: UInt8) { bytes.append(value) }
    /// Two octets.
    public mutating func write(_ value: UInt16) { append(value) }
    /// Four octets.
    public mutating func write(_ value: UInt32) { append(value) }
    /// Eight octets.
    public mutating func write(_ value: UInt64) { append(value) }
    /// Sixteen octets.
    public mutating func write(_ value: UInt128) { append(value) }
    /// The octets as they are, without a length before them.
    public mutating func write(_ octets: some Collection<UInt8>) { bytes.append(contentsOf: octets) }
    /// Six octets.
    public mutating func write(_ address: MACAddress) { write(address.octets) }

    /// 4 or 16 octets.
    public mutating func write(_ address: IPAddress) {
        switch address.family {
        case .ipv4: append(UInt32(truncatingIfNeeded: address.number))
        case .ipv6: append(address.number)
        }
    }

    /// `count` zero octets.
    public mutating func writeZeros(_ count: Int) {
        bytes.append(contentsOf: repeatElement(0, count: count))
    }

    /// Puts `value` over two octets written before, as for a length known only afterwards.
    ///
    /// `offset` must leave two octets before the end of what was written.
    public mutating func overwrite(at offset: Int, with value: UInt16) {
        bytes[offset] = UInt8(value >> 8)
        bytes[offset + 1] = UInt8(value & 0xFF)
    }

    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        for shift in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }
}
