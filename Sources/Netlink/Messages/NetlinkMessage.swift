/// One message from the kernel, decoded.
package struct NetlinkMessage: Equatable, Sendable {
    /// What the message carries.
    package enum Content: Equatable, Sendable {
        /// Something exists, has changed or is gone: a notice, or an entry of a dump.
        case change(NetlinkChange)
        /// The answer to a request.
        case answer(Answer)
        /// The end of a dump; 0, or the number of the error that cut it short.
        case done(Int32)
        /// The kernel lost messages.
        case overrun
        /// Of a kind, family or detail that nothing here needs.
        case irrelevant
    }

    package let header: MessageHeader
    package let content: Content

    /// Reads the next message of a datagram.
    package init(from reader: inout NativeReader) throws(MalformedMessage) {
        var (header, body) = try Self.frame(from: &reader)
        self.header = header
        content = try Self.content(header, &body)
    }

    /// Hands on each message of a datagram in order and returns how many were left out as malformed.
    ///
    /// Where a length is wrong, the rest of the datagram counts as one malformed message.
    package static func forEach(in datagram: NativeReader, _ body: (MessageHeader, Content) -> Void)
        -> Int
    {
        var reader = datagram
        var malformed = 0
        while !reader.isAtEnd {
            guard case (let header, var message)? = try? frame(from: &reader) else {
                return malformed + 1
            }
            if let content = try? content(header, &message) {
                body(header, content)
            } else {
                malformed += 1
            }
        }
        return malformed
    }

    private static func frame(
        from reader: inout NativeReader
    ) throws(MalformedMessage) -> (MessageHeader, NativeReader) {
        let header = try MessageHeader(from: &reader)
        let body = try reader.reader(header.length - MessageHeader.size)
        reader.skipPadding(after: header.length)
        return (header, body)
    }

    private static func content(_ header: MessageHeader, _ body: inout NativeReader)
        throws(MalformedMessage) -> Content
    {
        switch header.type {
        case .newLink: change(try Link(from: &body)) { .link($0) }
        case .deleteLink: change(try Link(from: &body)) { .linkRemoved($0) }
        case .newAddress: change(try InterfaceAddress(from: &body)) { .address($0) }
        case .deleteAddress: change(try InterfaceAddress(from: &body)) { .addressRemoved($0) }
        case .error: .answer(try Answer(flags: header.flags, from: &body))
        case .done: .done(body.isAtEnd ? 0 : try body.int32())
        case .overrun: .overrun
        default: .irrelevant
        }
    }

    private static func change<Object>(_ object: Object?, _ make: (Object) -> NetlinkChange)
        -> Content
    {
        guard let object else { return .irrelevant }
        return .change(make(object))
    }
}
