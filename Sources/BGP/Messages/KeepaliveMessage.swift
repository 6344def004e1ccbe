import NetworkTypes

/// A header and nothing more, sent so that the peer's hold timer does not expire (RFC 4271 section 4.4).
enum KeepaliveMessage {
    static let octets: [UInt8] = {
        var writer = ByteWriter(reserving: MessageHeader.length)
        writer.writeMessage(.keepalive) { _ in }
        return writer.bytes
    }()
}
