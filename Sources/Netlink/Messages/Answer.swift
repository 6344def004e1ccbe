/// The kernel's answer to one request: an acknowledgement or an error.
package struct Answer: Equatable, Sendable {
    /// 0 for success, otherwise the number of the error.
    package let errorNumber: Int32
    /// The kernel's own words, where it has some.
    package let text: String?
}

extension Answer {
    private static let textAttribute: UInt16 = 1

    /// Reads the body of an `NLMSG_ERROR`; the flags of its header say what follows the request's own header.
    init(flags: MessageFlags, from reader: inout NativeReader) throws(MalformedMessage) {
        let number = try reader.int32()
        guard number <= 0, number > .min else { throw .badField("error number") }
        errorNumber = -number
        let request = try MessageHeader(from: &reader)
        if !flags.contains(.capped), number != 0 {
            let count = request.length - MessageHeader.size
            try reader.skip(count)
            reader.skipPadding(after: count)
        }
        var text: String?
        if flags.contains(.extendedAnswer) {
            while var attribute = try reader.nextAttribute() {
                if attribute.type == Self.textAttribute { text = try attribute.value.string() }
            }
        }
        self.text = text
    }
}
