public import NetworkTypes

/// The 14 octets in front of every Ethernet II frame.
public struct EthernetHeader: Hashable, Sendable {
    /// One station or a group.
    public var destination: MACAddress
    /// The station that sent the frame.
    public var source: MACAddress
    /// What follows the header.
    public var etherType: EtherType

    /// The header of an untagged frame.
    public init(destination: MACAddress, source: MACAddress, etherType: EtherType) {
        self.destination = destination
        self.source = source
        self.etherType = etherType
    }
}

extension EthernetHeader {
    init(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        destination = try reader.macAddress()
        source = try reader.macAddress()
        etherType = EtherType(rawValue: try reader.uint16())
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(destination)
        writer.write(source)
        writer.write(etherType.rawValue)
    }
}
