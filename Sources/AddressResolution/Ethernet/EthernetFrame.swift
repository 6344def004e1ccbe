import NetworkTypes

/// One untagged Ethernet II frame, without its check sequence.
public struct EthernetFrame: Equatable, Sendable {
    /// The shortest frame that may go on the wire, check sequence not counted; shorter ones are padded with zeros.
    public static let minimumLength = 60

    /// Who sends the frame to whom.
    public var header: EthernetHeader
    /// What follows the header, the padding of a short frame included: the payload's own length says where it ends.
    public var payload: ArraySlice<UInt8>

    /// A frame to send.
    public init(header: EthernetHeader, payload: ArraySlice<UInt8>) {
        self.header = header
        self.payload = payload
    }

    /// Refuses frames with a VLAN tag, which belong to another interface than the one they were read from, and frames
    /// that no station can have sent.
    public init(decoding bytes: ArraySlice<UInt8>) throws(FrameError) {
        var reader = ByteReader(bytes)
        do {
            header = try EthernetHeader(from: &reader)
        } catch {
            throw .truncated(error)
        }
        if header.etherType.isVLANTag { throw .vlanTagged(header.etherType) }
        if header.source.isGroup || header.source == .zero { throw .impossibleSource(header.source) }
        payload = reader.unread
    }

    /// The octets to send, padded to `minimumLength`.
    public func encoded() -> [UInt8] {
        Self.encode(header, reserving: payload.count) { $0.write(payload) }
    }

    /// A frame whose payload `body` writes behind the header, without a copy of it.
    static func encode(
        _ header: EthernetHeader, reserving size: Int, _ body: (inout ByteWriter) -> Void
    ) -> [UInt8] {
        var writer = ByteWriter(reserving: max(14 + size, minimumLength))
        header.encode(into: &writer)
        body(&writer)
        if writer.count < minimumLength { writer.writeZeros(minimumLength - writer.count) }
        return writer.bytes
    }
}
