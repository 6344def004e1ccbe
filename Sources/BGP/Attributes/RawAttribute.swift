import NetworkTypes

/// One path attribute whose value nobody has read yet (RFC 4271 section 4.3).
public struct RawAttribute: Hashable, Sendable {
    /// As received.
    public var flags: AttributeFlags
    /// The type code, known or not.
    public var code: UInt8
    /// The value without flags, type and length.
    public var value: ArraySlice<UInt8>

    /// Any attribute.
    public init(flags: AttributeFlags, code: UInt8, value: ArraySlice<UInt8>) {
        self.flags = flags
        self.code = code
        self.value = value
    }

    init(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        flags = AttributeFlags(rawValue: try reader.uint8())
        code = try reader.uint8()
        let length =
            flags.contains(.extendedLength) ? Int(try reader.uint16()) : Int(try reader.uint8())
        value = try reader.slice(length)
    }

    /// The known type, or nil.
    var type: AttributeType? { AttributeType(rawValue: code) }

    /// Type, length and value, as errors quote the attribute (RFC 4271 section 6.3).
    var octets: [UInt8] {
        var writer = ByteWriter(reserving: value.count + 4)
        encode(into: &writer)
        return writer.bytes
    }

    /// Writes the attribute with the flags as they are, but never a length that its octets do not hold.
    func encode(into writer: inout ByteWriter) {
        let needsExtended = value.count > 255
        let flags = needsExtended ? flags.union(.extendedLength) : flags
        writer.write(flags.rawValue)
        writer.write(code)
        if flags.contains(.extendedLength) {
            writer.write(UInt16(truncatingIfNeeded: value.count))
        } else {
            writer.write(UInt8(truncatingIfNeeded: value.count))
        }
        writer.write(value)
    }
}

extension ByteWriter {
    /// Writes one known attribute with the flags of its definition, the length in two octets only when it needs them.
    mutating func writeAttribute(_ type: AttributeType, _ value: (inout ByteWriter) -> Void) {
        var content = ByteWriter()
        value(&content)
        RawAttribute(flags: type.category, code: type.rawValue, value: content.bytes[...]).encode(
            into: &self)
    }
}
