/// Reads big-endian values from a sequence of octets; a read past the end throws, so none can leave the bounds.
public struct ByteReader: Sendable {
    /// The input ended before the value did.
    public struct Truncated: Error, Equatable, CustomStringConvertible {
        /// Octets that the read asked for.
        public let needed: Int
        /// Octets that were left.
        public let available: Int

        /// One line for logs, with both counts in octets.
        public var description: String { "truncated: \(needed) octets needed, \(available) left" }
    }

    private var rest: ArraySlice<UInt8>

    /// Reads from the first octet to the last.
    public init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    /// Reads from the first octet of the slice, whatever its indices begin with, and never beyond its last.
    public init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// Octets not yet read.
    public var remaining: Int { rest.count }
    /// Whether every octet has been read.
    public var isAtEnd: Bool { rest.isEmpty }

    /// What is left, without reading it.
    public var unread: ArraySlice<UInt8> { rest }

    /// One octet. Throws at the end.
    public mutating func uint8() throws(Truncated) -> UInt8 {
        guard let octet = rest.popFirst() else { throw Truncated(needed: 1, available: 0) }
        return octet
    }

    /// Two octets. When fewer are left, throws and reads none; so do the wider ones.
    public mutating func uint16() throws(Truncated) -> UInt16 { try integer() }
    /// Four octets.
    public mutating func uint32() throws(Truncated) -> UInt32 { try integer() }
    /// Eight octets.
    public mutating func uint64() throws(Truncated) -> UInt64 { try integer() }
    /// Sixteen octets.
    public mutating func uint128() throws(Truncated) -> UInt128 { try integer() }

    /// Throws when `count` octets are not left, and for a negative count.
    public mutating func slice(_ count: Int) throws(Truncated) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else { throw Truncated(needed: count, available: rest.count) }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// A reader of the next `count` octets alone, which are read here.
    public mutating func reader(_ count: Int) throws(Truncated) -> ByteReader {
        ByteReader(try slice(count))
    }

    /// Passes over `count` octets; throws as `slice(_:)` does.
    public mutating func skip(_ count: Int) throws(Truncated) {
        _ = try slice(count)
    }

    /// Four octets.
    public mutating func ipv4Address() throws(Truncated) -> IPAddress { IPAddress(ipv4: try uint32()) }
    /// Sixteen octets.
    public mutating func ipv6Address() throws(Truncated) -> IPAddress { IPAddress(ipv6: try uint128()) }

    /// Six octets.
    public mutating func macAddress() throws(Truncated) -> MACAddress {
        let octets = try slice(6)
        return MACAddress(number: octets.reduce(0) { $0 << 8 | UInt64($1) })
    }

    private mutating func integer<Value: FixedWidthInteger>() throws(Truncated) -> Value {
        let octets = try slice(Value.bitWidth / 8)
        return octets.reduce(0) { $0 << 8 | Value($1) }
    }
}
