import NetworkTypes

/// `ndmsg` and its attributes.
enum NeighbourMessage {
    static let destination: UInt16 = 1
    static let linkLayerAddress: UInt16 = 2

    /// Asks for the neighbour tables of both families.
    static func dump(sequence: UInt32) -> [UInt8] {
        var writer = NativeWriter()
        writer.message(.getNeighbour, flags: [.request, .dump], sequence: sequence) { body in
            for _ in 0..<3 { body.write(UInt32(0)) }
        }
        return writer.bytes
    }
}

extension Neighbour {
    /// Reads an `ndmsg`; nil for bridge forwarding entries and other families.
    init?(from reader: inout NativeReader) throws(MalformedMessage) {
        let familyNumber = try reader.uint8()
        try reader.skip(3)
        let link = try reader.int32()
        let state = State(rawValue: try reader.uint16())
        let flags = Flags(rawValue: try reader.uint8())
        try reader.skip(1)
        guard let family = AddressFamily(number: familyNumber) else { return nil }
        guard link > 0 else { throw .badField("link index") }

        var address: IPAddress?
        var macAddress: MACAddress?
        while var attribute = try reader.nextAttribute() {
            switch attribute.type {
            case NeighbourMessage.destination: address = try attribute.value.address(family)
            case NeighbourMessage.linkLayerAddress: macAddress = try attribute.value.macAddress()
            default: break
            }
        }
        guard let address else { throw .badField("neighbour address") }
        self.init(
            link: LinkIndex(link), address: address, macAddress: macAddress, state: state, flags: flags)
    }
}
