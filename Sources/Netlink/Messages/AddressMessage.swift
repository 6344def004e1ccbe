import NetworkTypes

/// `ifaddrmsg` and its attributes.
enum AddressMessage {
    static let address: UInt16 = 1
    static let local: UInt16 = 2
    static let label: UInt16 = 3
    static let cacheInformation: UInt16 = 6
    static let flags: UInt16 = 8
    static let routePriority: UInt16 = 9
    static let provenance: UInt16 = 11

    /// Asks for all addresses of both families.
    static func dump(sequence: UInt32) -> [UInt8] {
        var writer = NativeWriter()
        writer.message(.getAddress, flags: [.request, .dump], sequence: sequence) { body in
            write(
                family: FamilyNumber.unspecified, prefixLength: 0, scope: .universe, link: 0, into: &body)
        }
        return writer.bytes
    }

    /// Adds or refreshes an address, which then carries our mark.
    static func put(
        _ assignment: AddressAssignment, flags: MessageFlags, sequence: UInt32,
        into writer: inout NativeWriter
    ) {
        writer.message(.newAddress, flags: flags, sequence: sequence) { body in
            write(assignment.key, scope: assignment.scope, into: &body)
            if let label = assignment.label, assignment.key.address.family == .ipv4 {
                body.attribute(Self.label, label)
            }
            body.attribute(Self.flags, assignment.flags.rawValue)
            body.attribute(cacheInformation) { value in
                value.write(assignment.lifetime.preferredSeconds)
                value.write(assignment.lifetime.validSeconds)
                value.write(UInt32(0))
                value.write(UInt32(0))
            }
            body.attribute(provenance, AddressMark.provenance)
            body.attribute(routePriority, AddressMark.routePriority)
        }
    }

    /// Removes an address, whoever set it.
    static func remove(
        _ key: AddressKey, flags: MessageFlags, sequence: UInt32, into writer: inout NativeWriter
    ) {
        writer.message(.deleteAddress, flags: flags, sequence: sequence) { body in
            write(key, scope: .universe, into: &body)
        }
    }

    private static func write(
        _ key: AddressKey, scope: InterfaceAddress.Scope, into body: inout NativeWriter
    ) {
        write(
            family: key.address.family.number, prefixLength: UInt8(clamping: key.prefixLength),
            scope: scope,
            link: key.link.number, into: &body)
        body.attribute(local, key.address)
        body.attribute(address, key.peer ?? key.address)
    }

    private static func write(
        family: UInt8, prefixLength: UInt8, scope: InterfaceAddress.Scope, link: Int32,
        into body: inout NativeWriter
    ) {
        body.write(family)
        body.write(prefixLength)
        body.write(UInt8(0))
        body.write(scope.rawValue)
        body.write(link)
    }
}

extension InterfaceAddress {
    /// Reads an `ifaddrmsg`; nil for a family other than the two of the Internet.
    init?(from reader: inout NativeReader) throws(MalformedMessage) {
        let familyNumber = try reader.uint8()
        let prefixLength = Int(try reader.uint8())
        var flags = Flags(rawValue: UInt32(try reader.uint8()))
        let scope = Scope(rawValue: try reader.uint8())
        let link = try reader.int32()
        guard let family = AddressFamily(number: familyNumber) else { return nil }
        guard link > 0 else { throw .badField("link index") }
        guard prefixLength <= family.bitWidth else { throw .badField("prefix length") }

        var local: IPAddress?
        var remote: IPAddress?
        var label: String?
        var lifetime = AddressLifetime.forever
        var routePriority: UInt32?
        var provenance: UInt8?
        while var attribute = try reader.nextAttribute() {
            switch attribute.type {
            case AddressMessage.local: local = try attribute.value.address(family)
            case AddressMessage.address: remote = try attribute.value.address(family)
            case AddressMessage.label: label = try attribute.value.string()
            case AddressMessage.cacheInformation:
                let preferred = try attribute.value.uint32()
                lifetime = AddressLifetime(
                    validSeconds: try attribute.value.uint32(), preferredSeconds: preferred)
            case AddressMessage.flags: flags = Flags(rawValue: try attribute.value.uint32())
            case AddressMessage.routePriority: routePriority = try attribute.value.uint32()
            case AddressMessage.provenance: provenance = try attribute.value.uint8()
            default: break
            }
        }
        guard let address = local ?? remote else { throw .badField("address") }
        key = AddressKey(
            link: LinkIndex(link), address: address, prefixLength: prefixLength,
            peer: remote == address ? nil : remote)
        self.label = label
        self.scope = scope
        self.flags = address.isMulticast ? flags : flags.subtracting(.joinsGroup)
        self.lifetime = lifetime
        self.routePriority = routePriority
        self.provenance = provenance
    }
}
