public import NetworkTypes

/// A neighbor solicitation or advertisement in its IPv6 packet (RFC 4861), valid by sections 7.1.1 and 7.1.2.
///
/// Packets with extension headers, fragments among them, are refused: no host sends neighbor discovery so, and
/// fragmented messages must be ignored (RFC 6980).
public struct NeighborPacket: Equatable, Sendable {
    /// What the packet says.
    public enum Message: Equatable, Sendable {
        case solicitation(NeighborSolicitation)
        case advertisement(NeighborAdvertisement)
    }

    /// IPv6; unspecified in a probe.
    public let source: IPAddress
    /// IPv6.
    public let destination: IPAddress
    /// The ICMPv6 message.
    public let message: Message

    /// Nil unless both addresses are IPv6.
    public init?(source: IPAddress, destination: IPAddress, message: Message) {
        guard source.family == .ipv6, destination.family == .ipv6 else { return nil }
        self.source = source
        self.destination = destination
        self.message = message
    }

    /// The target that is asked for or told of.
    public var target: IPAddress {
        switch message {
        case .solicitation(let solicitation): solicitation.target
        case .advertisement(let advertisement): advertisement.target
        }
    }
}

// MARK: - Decoding

extension NeighborPacket {
    private static let hopLimit: UInt8 = 255

    /// Octets behind the IPv6 payload are padding and are ignored.
    public init(decoding bytes: ArraySlice<UInt8>) throws(NeighborError) {
        var reader = ByteReader(bytes)
        let header = try IPv6Header(from: &reader)
        guard header.nextHeader == IPv6Header.icmpv6 else { throw .notICMPv6(nextHeader: header.nextHeader) }
        let body: ArraySlice<UInt8>
        do {
            body = try reader.slice(Int(header.payloadLength))
        } catch {
            throw .truncated(error)
        }
        guard !header.source.isMulticast else { throw .multicastSource(header.source) }
        source = header.source
        destination = header.destination
        message = try Self.message(in: body, of: header)
        try validateAddresses()
    }

    private static func message(in body: ArraySlice<UInt8>, of header: IPv6Header) throws(NeighborError) -> Message {
        var reader = ByteReader(body)
        let type: UInt8
        let code: UInt8
        do {
            type = try reader.uint8()
            code = try reader.uint8()
            try reader.skip(2)
        } catch {
            throw .truncated(error)
        }
        guard type == NeighborSolicitation.type || type == NeighborAdvertisement.type else { throw .otherType(type) }
        guard header.hopLimit == hopLimit else { throw .hopLimit(header.hopLimit) }
        guard InternetChecksum.icmpv6(body, source: header.source, destination: header.destination) == 0 else {
            throw .checksum
        }
        guard code == 0 else { throw .code(code) }
        return type == NeighborSolicitation.type
            ? .solicitation(try NeighborSolicitation(from: &reader))
            : .advertisement(try NeighborAdvertisement(from: &reader))
    }

    private func validateAddresses() throws(NeighborError) {
        switch message {
        case .solicitation(let solicitation):
            guard source.isUnspecified else { return }
            guard destination.isSolicitedNodeGroup else { throw .unspecifiedSource(to: destination) }
            guard solicitation.options.sourceLinkLayer == nil else { throw .unspecifiedSourceWithLinkLayerAddress }
        case .advertisement(let advertisement):
            if advertisement.isSolicited, destination.isMulticast { throw .solicitedToGroup(destination) }
        }
    }
}

// MARK: - Encoding

extension NeighborPacket {
    /// The IPv6 packet, lengths and checksum filled in.
    public func encode(into writer: inout ByteWriter) {
        let headerStart = writer.count
        let header = IPv6Header(
            payloadLength: 0, nextHeader: IPv6Header.icmpv6, hopLimit: Self.hopLimit, source: source,
            destination: destination)
        header.encode(into: &writer)
        let start = writer.count
        encodeMessage(into: &writer)
        writer.overwrite(at: headerStart + 4, with: UInt16(truncatingIfNeeded: writer.count - start))
        writer.overwrite(
            at: start + 2,
            with: InternetChecksum.icmpv6(writer.bytes[start...], source: source, destination: destination))
    }

    private func encodeMessage(into writer: inout ByteWriter) {
        switch message {
        case .solicitation(let solicitation):
            writer.write(NeighborSolicitation.type)
            writer.writeZeros(3)
            solicitation.encode(into: &writer)
        case .advertisement(let advertisement):
            writer.write(NeighborAdvertisement.type)
            writer.writeZeros(3)
            advertisement.encode(into: &writer)
        }
    }
}
