import NetworkTypes

/// The 19 octets before every message: a marker of ones, the length of the whole, the type (RFC 4271 section 4.1).
public enum MessageHeader {
    /// Octets of the header.
    public static let length = 19
    /// The longest message without agreement on more.
    public static let standardLimit = 4096
    /// The longest message between speakers of extended messages (RFC 8654).
    public static let extendedLimit = 65535

    static let markerLength = 16
}

extension ByteWriter {
    /// Writes a header, the body, and then the length into the header.
    mutating func writeMessage(_ type: MessageType, _ body: (inout ByteWriter) -> Void) {
        let start = count
        write(repeatElement(UInt8(0xFF), count: MessageHeader.markerLength))
        write(UInt16(0))
        write(type.rawValue)
        body(&self)
        overwrite(
            at: start + MessageHeader.markerLength, with: UInt16(truncatingIfNeeded: count - start))
    }
}
