public import NetworkTypes

/// A host that is no member was found to have an address.
public struct AddressConflict: Hashable, Sendable {
    /// The address in question.
    public var address: IPAddress
    /// The host's hardware address.
    public var station: MACAddress

    /// As it was heard.
    public init(address: IPAddress, station: MACAddress) {
        self.address = address
        self.station = station
    }
}

extension AddressConflict {
    /// Nil when the family is unknown.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        switch try reader.uint8() {
        case 4: address = try reader.ipv4Address()
        case 6: address = try reader.ipv6Address()
        default: return nil
        }
        station = try reader.macAddress()
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(UInt8(address.family == .ipv4 ? 4 : 6))
        writer.write(address)
        writer.write(station)
    }
}
