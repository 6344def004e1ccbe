import NetworkTypes

/// What a node knows of another that it does not hear, sent to a third that hears both.
struct Inquiry: Equatable, Sendable {
    var node: NodeID
    var incarnation: UInt64
    /// The version of its state that is known, or is being put together.
    var version: UInt32
    var standing: Standing
    /// The first part that is missing; past the last when none is.
    var firstMissing: UInt16
}

/// What a witness heard last from another node; parts of that node's state may come with it.
struct Relay: Equatable, Sendable {
    var node: NodeID
    var incarnation: UInt64
    /// Of the latest datagram that the witness has heard of it.
    var sequence: UInt64
    var version: UInt32
    var standing: Standing
}

extension Inquiry {
    /// Nil when a field breaks the format.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        node = NodeID(number: try reader.uint64())
        incarnation = try reader.uint64()
        version = try reader.uint32()
        standing = Standing(rawValue: try reader.uint8())
        firstMissing = try reader.uint16()
        guard Standing.known.isSuperset(of: standing) else { return nil }
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(node.number)
        writer.write(incarnation)
        writer.write(version)
        writer.write(standing.rawValue)
        writer.write(firstMissing)
    }
}

extension Relay {
    /// Nil when a field breaks the format.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        node = NodeID(number: try reader.uint64())
        incarnation = try reader.uint64()
        sequence = try reader.uint64()
        version = try reader.uint32()
        standing = Standing(rawValue: try reader.uint8())
        guard Standing.known.isSuperset(of: standing) else { return nil }
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(node.number)
        writer.write(incarnation)
        writer.write(sequence)
        writer.write(version)
        writer.write(standing.rawValue)
    }
}
