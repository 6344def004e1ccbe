/// Cuts a stream of octets into messages, however the transport has split them (RFC 4271 section 6.1).
///
/// Holds at most what `append` was given plus one unfinished message, provided that `next` is called until it is nil.
public struct MessageFramer: Sendable {
    /// The longest message accepted: 4096, or 65535 once this side has offered extended messages (RFC 8654).
    public var limit: Int

    private var buffer: [UInt8] = []
    private var start = 0

    /// A framer of a fresh connection.
    public init(limit: Int = MessageHeader.standardLimit) {
        self.limit = limit
    }

    /// Octets that are waiting for the rest of their message.
    public var pendingCount: Int { buffer.count - start }

    /// Takes what the transport brought.
    public mutating func append(_ octets: some Collection<UInt8>) {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= MessageHeader.extendedLimit)
            start = 0
        } else if start >= MessageHeader.standardLimit {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: octets)
    }

    /// The next whole message, or nil until more has come.
    ///
    /// Throws errors 1/1, 1/2 (with the length as data) and 1/3 (with the type as data), as soon as the header is
    /// there; the connection is of no use after that.
    public mutating func next() throws(NotificationMessage) -> RawMessage? {
        guard pendingCount >= MessageHeader.length else { return nil }
        let (type, length) = try header()
        guard pendingCount >= length else { return nil }
        let body = buffer[(start + MessageHeader.length)..<(start + length)]
        start += length
        return RawMessage(type: type, body: body)
    }

    private func header() throws(NotificationMessage) -> (MessageType, length: Int) {
        let marker = buffer[start..<(start + MessageHeader.markerLength)]
        guard marker.allSatisfy({ $0 == 0xFF }) else {
            throw NotificationMessage(.connectionNotSynchronized)
        }
        let lengthOctets = Array(buffer[(start + 16)..<(start + 18)])
        let length = Int(lengthOctets[0]) << 8 | Int(lengthOctets[1])
        let typeOctet = buffer[start + 18]
        guard (MessageHeader.length...limit).contains(length) else {
            throw NotificationMessage(.badMessageLength, data: lengthOctets)
        }
        guard let type = MessageType(rawValue: typeOctet) else {
            throw NotificationMessage(.badMessageType, data: [typeOctet])
        }
        guard length >= type.minimumLength || type == .routeRefresh,
            length <= type.maximumLength(limit: limit)
        else {
            throw NotificationMessage(.badMessageLength, data: lengthOctets)
        }
        return (type, length)
    }
}
