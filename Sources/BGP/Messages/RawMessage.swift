import NetworkTypes

/// One message whose header is sound and whose body nobody has read yet.
public struct RawMessage: Equatable, Sendable {
    /// What the body holds.
    public let type: MessageType
    /// The octets after the header; at least as many as the type needs.
    public let body: ArraySlice<UInt8>

    /// Makes a message as a framer would find it.
    public init(type: MessageType, body: ArraySlice<UInt8>) {
        self.type = type
        self.body = body
    }

    /// Header and body, as some errors quote them.
    var octets: [UInt8] {
        var writer = ByteWriter(reserving: MessageHeader.length + body.count)
        writer.writeMessage(type) { $0.write(body) }
        return writer.bytes
    }
}
