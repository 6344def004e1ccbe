import NetworkTypes

/// Closes a session and says why (RFC 4271 section 4.5).
///
/// It is also the error that decoding throws: what went wrong is what the peer must be told.
public struct NotificationMessage: Error, Hashable, Sendable {
    /// Code and subcode.
    public var reason: NotificationReason
    /// What the reason asks for: the bad length, the attribute, a text. May be empty.
    public var data: [UInt8]

    /// Any reason with its data.
    public init(_ reason: NotificationReason, data: [UInt8] = []) {
        self.reason = reason
        self.data = data
    }

    /// Reads a body; the framer has seen to it that two octets are there.
    public init(_ message: RawMessage) throws(NotificationMessage) {
        var reader = ByteReader(message.body)
        guard let code = try? reader.uint8(), let subcode = try? reader.uint8() else {
            throw NotificationMessage(
                .badMessageLength, data: [0, UInt8(MessageHeader.length + message.body.count)])
        }
        reason = NotificationReason(code, subcode)
        data = Array(reader.unread)
    }

    /// The whole message, header included; data beyond 4075 octets is cut off, so that any peer takes it.
    public var octets: [UInt8] {
        let room = MessageHeader.standardLimit - MessageType.notification.minimumLength
        var writer = ByteWriter(
            reserving: MessageType.notification.minimumLength + min(data.count, room))
        writer.writeMessage(.notification) {
            $0.write(reason.code)
            $0.write(reason.subcode)
            $0.write(data.prefix(room))
        }
        return writer.bytes
    }
}
