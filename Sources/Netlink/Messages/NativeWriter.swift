import NetworkTypes

/// Builds netlink messages in the machine's own byte order, one after another.
struct NativeWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: UInt8) { bytes.append(value) }
    mutating func write(_ value: UInt16) { append(value) }
    mutating func write(_ value: UInt32) { append(value) }
    mutating func write(_ value: Int32) { append(UInt32(bitPattern: value)) }

    /// A header, then what `body` writes; the length is filled in afterwards.
    mutating func message(
        _ type: MessageType, flags: MessageFlags, sequence: UInt32, body: (inout NativeWriter) -> Void
    ) {
        let start = bytes.count
        write(UInt32(0))
        write(type.rawValue)
        write(flags.rawValue)
        write(sequence)
        write(UInt32(0))
        body(&self)
        overwrite(UInt32(bytes.count - start), at: start)
    }

    mutating func attribute(_ type: UInt16, _ value: UInt8) { attribute(type) { $0.write(value) } }
    mutating func attribute(_ type: UInt16, _ value: UInt32) { attribute(type) { $0.write(value) } }
    mutating func attribute(_ type: UInt16, _ address: IPAddress) {
        attribute(type) { $0.bytes.append(contentsOf: address.octets) }
    }

    /// Text with a zero octet at its end; a zero octet inside ends it early.
    mutating func attribute(_ type: UInt16, _ text: String) {
        attribute(type) {
            $0.bytes.append(contentsOf: text.utf8.prefix { $0 != 0 })
            $0.write(UInt8(0))
        }
    }

    /// An attribute of what `value` writes (at most 65,531 octets), padded to four octets.
    mutating func attribute(_ type: UInt16, value: (inout NativeWriter) -> Void) {
        let start = bytes.count
        write(UInt16(0))
        write(type)
        value(&self)
        overwrite(UInt16(clamping: bytes.count - start), at: start)
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        let ordered = value.littleEndian
        for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: ordered >> Value(shift)))
        }
    }

    private mutating func overwrite<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        let ordered = value.littleEndian
        for index in 0..<(Value.bitWidth / 8) {
            bytes[offset + index] = UInt8(truncatingIfNeeded: ordered >> Value(index * 8))
        }
    }
}
