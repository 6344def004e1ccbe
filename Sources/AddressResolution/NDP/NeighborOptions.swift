public import NetworkTypes

/// The options of a neighbor message that Herald reads and writes (RFC 4861 section 4.6); others are skipped.
public struct NeighborOptions: Equatable, Sendable {
    /// Where the sender can be reached (type 1).
    public var sourceLinkLayer: MACAddress?
    /// Where the target can be reached (type 2).
    public var targetLinkLayer: MACAddress?
    /// Tells a looped solicitation of our own from another node's (type 14, RFC 7527); 6 octets and then multiples of 8.
    public var nonce: [UInt8]?

    /// Options that are nil are left out.
    public init(sourceLinkLayer: MACAddress? = nil, targetLinkLayer: MACAddress? = nil, nonce: [UInt8]? = nil) {
        self.sourceLinkLayer = sourceLinkLayer
        self.targetLinkLayer = targetLinkLayer
        self.nonce = nonce
    }

    private enum Kind {
        static let sourceLinkLayer: UInt8 = 1
        static let targetLinkLayer: UInt8 = 2
        static let nonce: UInt8 = 14
    }
}

extension NeighborOptions {
    /// Reads to the end; of several options of one type the first counts.
    init(from reader: inout ByteReader) throws(NeighborError) {
        while !reader.isAtEnd {
            var (kind, length, body) = try Self.nextOption(from: &reader)
            switch kind {
            case Kind.sourceLinkLayer:
                let address = try Self.linkLayerAddress(from: &body, length: length)
                sourceLinkLayer = sourceLinkLayer ?? address
            case Kind.targetLinkLayer:
                let address = try Self.linkLayerAddress(from: &body, length: length)
                targetLinkLayer = targetLinkLayer ?? address
            case Kind.nonce:
                nonce = nonce ?? Array(body.unread)
            default:
                continue
            }
        }
    }

    private static func nextOption(
        from reader: inout ByteReader
    ) throws(NeighborError) -> (kind: UInt8, length: UInt8, body: ByteReader) {
        let kind: UInt8
        let length: UInt8
        do {
            kind = try reader.uint8()
            length = try reader.uint8()
        } catch {
            throw .truncated(error)
        }
        // Skipping nothing would never reach the end; the whole packet is dropped (RFC 4861 section 4.6).
        guard length > 0 else { throw .zeroLengthOption(type: kind) }
        do {
            return (kind, length, try reader.reader(Int(length) * 8 - 2))
        } catch {
            throw .truncated(error)
        }
    }

    private static func linkLayerAddress(
        from body: inout ByteReader, length: UInt8
    ) throws(NeighborError) -> MACAddress {
        guard length == 1 else { throw .linkLayerOptionLength(length) }
        let address: MACAddress
        do {
            address = try body.macAddress()
        } catch {
            throw .truncated(error)
        }
        guard !address.isGroup, address != .zero else { throw .impossibleLinkLayerAddress(address) }
        return address
    }

    func encode(into writer: inout ByteWriter) {
        if let sourceLinkLayer { Self.write(sourceLinkLayer, as: Kind.sourceLinkLayer, into: &writer) }
        if let targetLinkLayer { Self.write(targetLinkLayer, as: Kind.targetLinkLayer, into: &writer) }
        if let nonce { Self.write(nonce: nonce, into: &writer) }
    }

    private static func write(_ address: MACAddress, as kind: UInt8, into writer: inout ByteWriter) {
        writer.write(kind)
        writer.write(UInt8(1))
        writer.write(address)
    }

    /// Pads with zeros to a multiple of 8 octets, and cuts off what no option can hold.
    private static func write(nonce: [UInt8], into writer: inout ByteWriter) {
        let body = nonce.prefix(Int(UInt8.max) * 8 - 2)
        let units = (body.count + 2 + 7) / 8
        writer.write(Kind.nonce)
        writer.write(UInt8(truncatingIfNeeded: units))
        writer.write(body)
        writer.writeZeros(units * 8 - 2 - body.count)
    }
}
