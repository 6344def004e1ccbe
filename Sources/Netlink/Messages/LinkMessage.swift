import NetworkTypes

/// `ifinfomsg` and its attributes.
enum LinkMessage {
    static let address: UInt16 = 1
    static let name: UInt16 = 3
    static let wireless: UInt16 = 11
    static let master: UInt16 = 10
    static let operationalState: UInt16 = 16
    static let information: UInt16 = 18
    static let familySpecific: UInt16 = 26
    static let extendedMask: UInt16 = 29
    static let properties: UInt16 = 52
    static let alternativeName: UInt16 = 53
    /// Inside `information`.
    static let kind: UInt16 = 1
    /// Inside `familySpecific`, inside the family.
    static let addressGenerationMode: UInt16 = 8

    /// Asks for all links, without their counters.
    static func dump(sequence: UInt32) -> [UInt8] {
        var writer = NativeWriter()
        writer.message(.getLink, flags: [.request, .dump], sequence: sequence) { body in
            write(link: 0, flags: 0, mask: 0, into: &body)
            body.attribute(extendedMask, UInt32(8))
        }
        return writer.bytes
    }

    /// Sets a link up or down.
    static func set(_ link: LinkIndex, up: Bool, sequence: UInt32) -> [UInt8] {
        var writer = NativeWriter()
        writer.message(.newLink, flags: [.request, .acknowledge], sequence: sequence) { body in
            let isUp = Link.Flags.up.rawValue
            write(link: link.number, flags: up ? isUp : 0, mask: isUp, into: &body)
        }
        return writer.bytes
    }

    /// Stops the kernel from giving a link IPv6 addresses of its own making (`addrgenmode none`).
    static func withoutGeneratedAddresses(_ link: LinkIndex, sequence: UInt32) -> [UInt8] {
        var writer = NativeWriter()
        writer.message(.setLink, flags: [.request, .acknowledge], sequence: sequence) { body in
            write(link: link.number, flags: 0, mask: 0, into: &body)
            body.attribute(familySpecific) { families in
                families.attribute(UInt16(FamilyNumber.ipv6)) {
                    $0.attribute(addressGenerationMode, UInt8(1))
                }
            }
        }
        return writer.bytes
    }

    private static func write(link: Int32, flags: UInt32, mask: UInt32, into body: inout NativeWriter) {
        body.write(FamilyNumber.unspecified)
        body.write(UInt8(0))
        body.write(UInt16(0))
        body.write(link)
        body.write(flags)
        body.write(mask)
    }
}

extension Link {
    /// Reads an `ifinfomsg`; nil for what is about a link but not the link: bridge ports, wireless events.
    init?(from reader: inout NativeReader) throws(MalformedMessage) {
        let family = try reader.uint8()
        try reader.skip(3)
        let index = try reader.int32()
        let flags = Flags(rawValue: try reader.uint32())
        try reader.skip(4)
        guard family == FamilyNumber.unspecified else { return nil }
        guard index > 0 else { throw .badField("link index") }
        self.init(index: LinkIndex(index), name: "", flags: flags)
        while var attribute = try reader.nextAttribute() {
            if attribute.type == LinkMessage.wireless { return nil }
            try read(&attribute)
        }
        guard !name.isEmpty else { throw .badField("link name") }
    }

    private mutating func read(_ attribute: inout Attribute) throws(MalformedMessage) {
        switch attribute.type {
        case LinkMessage.address: macAddress = try attribute.value.macAddress()
        case LinkMessage.name: name = try attribute.value.string()
        case LinkMessage.master:
            let number = try attribute.value.int32()
            master = number > 0 ? LinkIndex(number) : nil
        case LinkMessage.operationalState:
            operationalState = OperationalState(rawValue: try attribute.value.uint8()) ?? .unknown
        case LinkMessage.information: try readInformation(&attribute.value)
        case LinkMessage.properties: try readProperties(&attribute.value)
        default: break
        }
    }

    private mutating func readInformation(_ reader: inout NativeReader) throws(MalformedMessage) {
        while var attribute = try reader.nextAttribute() {
            if attribute.type == LinkMessage.kind { kind = try attribute.value.string() }
        }
    }

    private mutating func readProperties(_ reader: inout NativeReader) throws(MalformedMessage) {
        while var attribute = try reader.nextAttribute() {
            if attribute.type == LinkMessage.alternativeName {
                alternativeNames.append(try attribute.value.string())
            }
        }
    }
}
