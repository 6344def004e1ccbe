import NetworkTypes

/// The payload of a probe and its answer: a mark, the position of the target in the probe's list, the number of the
/// probe, and in an answer the name of the responder.
struct EchoMessage {
    private static let mark: UInt32 = 0x484C_4142

    let target: UInt32
    let number: UInt64
    var responder = ""

    init(target: UInt32, number: UInt64) {
        self.target = target
        self.number = number
    }

    /// Throws for what is too short; nil for what is not ours.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        guard try reader.uint32() == Self.mark else { return nil }
        target = try reader.uint32()
        number = try reader.uint64()
        responder = String(decoding: try reader.slice(min(reader.remaining, 64)), as: UTF8.self)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter(reserving: 32)
        writer.write(Self.mark)
        writer.write(target)
        writer.write(number)
        writer.write(responder.utf8)
        return writer.bytes
    }
}
