public import NetworkTypes

/// A router advertisement in its IPv6 packet (RFC 4861 section 4.2), as far as neighbours find each other by it: who sends
/// it. Nothing that it offers to hosts is looked at.
public struct RouterAdvertisement: Hashable, Sendable {
    private static let type: UInt8 = 134
    private static let hopLimit: UInt8 = 255
    private static let sourceLinkLayerOption: UInt8 = 1
    private static let minimumLength = 16
    /// All nodes of the link.
    private static let allNodes = IPAddress(ipv6: 0xFF02 << 112 | 1)

    /// The link-local address of the sender.
    public let source: IPAddress

    /// What a sender with this address says; nil unless the address is an IPv6 link-local one.
    public init?(from source: IPAddress) {
        guard source.family == .ipv6, source.isLinkLocal else { return nil }
        self.source = source
    }

    /// Reads a whole frame; nil for what is no valid advertisement (section 6.1.2).
    public init?(frame: [UInt8]) {
        guard let ethernet = try? EthernetFrame(decoding: frame[...]), ethernet.header.etherType == .ipv6 else {
            return nil
        }
        var reader = ByteReader(ethernet.payload)
        guard let header = try? IPv6Header(from: &reader), header.nextHeader == IPv6Header.icmpv6,
            header.hopLimit == Self.hopLimit, let body = try? reader.slice(Int(header.payloadLength)),
            body.count >= Self.minimumLength, body.first == Self.type, body.dropFirst().first == 0,
            InternetChecksum.icmpv6(body, source: header.source, destination: header.destination) == 0
        else { return nil }
        self.init(from: header.source)
    }

    /// A whole frame to all nodes that offers no default route: lifetime 0, and nothing but the sender's own address.
    public func frame(from mac: MACAddress) -> [UInt8] {
        var body = ByteWriter(reserving: 24)
        body.write(Self.type)
        body.write(UInt8(0))
        body.write(UInt16(0))
        // Hop limit and flags unspecified; lifetime 0; times unspecified.
        body.write(UInt32(0))
        body.write(UInt32(0))
        body.write(UInt32(0))
        body.write(Self.sourceLinkLayerOption)
        body.write(UInt8(1))
        body.write(mac.octets)
        let checksum = InternetChecksum.icmpv6(body.bytes[...], source: source, destination: Self.allNodes)
        body.overwrite(at: 2, with: checksum)
        var packet = ByteWriter(reserving: 64)
        let header = IPv6Header(
            payloadLength: UInt16(body.count), nextHeader: IPv6Header.icmpv6, hopLimit: Self.hopLimit, source: source,
            destination: Self.allNodes)
        header.encode(into: &packet)
        packet.write(body.bytes)
        let group = MACAddress(octets: [0x33, 0x33, 0, 0, 0, 1]) ?? mac
        return EthernetFrame(
            header: EthernetHeader(destination: group, source: mac, etherType: .ipv6), payload: packet.bytes[...]
        ).encoded()
    }
}
