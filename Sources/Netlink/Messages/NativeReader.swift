import NetworkTypes

/// Reads values in the machine's own byte order, as netlink has them; a read past the end throws.
///
/// `ByteReader` reads network order. This one also keeps to indexes into one array, so that walking the attributes of a
/// dump of 10,000 addresses copies nothing.
package struct NativeReader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    package init(_ bytes: [UInt8]) {
        self.init(bytes, count: bytes.count)
    }

    /// Reads the first `count` octets; a count beyond the array is cut to what there is.
    package init(_ bytes: [UInt8], count: Int) {
        self.bytes = bytes
        position = 0
        end = min(max(count, 0), bytes.count)
    }

    private init(_ bytes: [UInt8], from position: Int, to end: Int) {
        self.bytes = bytes
        self.position = position
        self.end = end
    }

    var remaining: Int { end - position }
    var isAtEnd: Bool { position == end }

    mutating func uint8() throws(MalformedMessage) -> UInt8 {
        bytes[try advance(1)]
    }

    mutating func uint16() throws(MalformedMessage) -> UInt16 {
        let start = try advance(2)
        return UInt16(littleEndian: UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8)
    }

    mutating func uint32() throws(MalformedMessage) -> UInt32 {
        let start = try advance(4)
        let low = UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8
        let high = UInt32(bytes[start + 2]) | UInt32(bytes[start + 3]) << 8
        return UInt32(littleEndian: low | high << 16)
    }

    mutating func int32() throws(MalformedMessage) -> Int32 {
        Int32(bitPattern: try uint32())
    }

    mutating func skip(_ count: Int) throws(MalformedMessage) {
        _ = try advance(count)
    }

    /// Skips to a multiple of four octets after a value of `length`, or to the end where the padding is left out.
    mutating func skipPadding(after length: Int) {
        position = min(position + (4 - length & 3) & 3, end)
    }

    /// A reader of the next `count` octets alone, which are read here.
    mutating func reader(_ count: Int) throws(MalformedMessage) -> NativeReader {
        let start = try advance(count)
        return NativeReader(bytes, from: start, to: start + count)
    }

    /// The address that fills what is left: 4 or 16 octets, by family.
    mutating func address(_ family: AddressFamily) throws(MalformedMessage) -> IPAddress {
        let count = family.bitWidth / 8
        let start = try advance(count)
        guard isAtEnd else { throw .badLength(count + remaining) }
        var number: UInt128 = 0
        for index in start..<(start + count) { number = number << 8 | UInt128(bytes[index]) }
        guard let address = IPAddress(family: family, number: number) else {
            throw .badField("address")
        }
        return address
    }

    /// The hardware address that fills what is left; nil when that is not six octets (tunnels, InfiniBand).
    mutating func macAddress() throws(MalformedMessage) -> MACAddress? {
        let start = try advance(remaining)
        return MACAddress(octets: bytes[start..<end])
    }

    /// What is left up to the first zero octet, as UTF-8 with invalid parts replaced.
    mutating func string() throws(MalformedMessage) -> String {
        let start = try advance(remaining)
        return String(decoding: bytes[start..<end].prefix { $0 != 0 }, as: UTF8.self)
    }

    private mutating func advance(_ count: Int) throws(MalformedMessage) -> Int {
        guard count >= 0, count <= end - position else {
            throw .truncated(needed: count, available: end - position)
        }
        defer { position += count }
        return position
    }
}

// MARK: - Attributes

/// A type and a value, as they follow the fixed part of a message.
struct Attribute {
    /// Without the flags for nesting and byte order.
    let type: UInt16
    var value: NativeReader
}

extension NativeReader {
    /// The next attribute, or nil at the end.
    mutating func nextAttribute() throws(MalformedMessage) -> Attribute? {
        guard !isAtEnd else { return nil }
        let length = Int(try uint16())
        let type = try uint16() & 0x3FFF
        guard length >= 4 else { throw .badLength(length) }
        let value = try reader(length - 4)
        skipPadding(after: length)
        return Attribute(type: type, value: value)
    }
}
