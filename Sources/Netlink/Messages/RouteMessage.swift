import NetworkTypes

/// `rtmsg` and its attributes.
enum RouteMessage {
    static let destination: UInt16 = 1
    static let outgoingLink: UInt16 = 4
    static let gateway: UInt16 = 5
    static let priority: UInt16 = 6
    static let preferredSource: UInt16 = 7
    static let multipath: UInt16 = 9
    static let table: UInt16 = 15
    static let via: UInt16 = 18

    /// Asks for the routes of both families, of all tables.
    static func dump(sequence: UInt32) -> [UInt8] {
        var writer = NativeWriter()
        writer.message(.getRoute, flags: [.request, .dump], sequence: sequence) { body in
            for _ in 0..<3 { body.write(UInt32(0)) }
        }
        return writer.bytes
    }
}

extension Route {
    /// Reads an `rtmsg`; nil for other families and for cached copies of routes.
    init?(from reader: inout NativeReader) throws(MalformedMessage) {
        let familyNumber = try reader.uint8()
        let prefixLength = Int(try reader.uint8())
        try reader.skip(2)
        let table = UInt32(try reader.uint8())
        let protocolNumber = try reader.uint8()
        try reader.skip(1)
        let kind = Kind(rawValue: try reader.uint8())
        let flags = try reader.uint32()
        guard let family = AddressFamily(number: familyNumber), flags & 0x200 == 0 else { return nil }
        guard prefixLength <= family.bitWidth else { throw .badField("prefix length") }
        guard let everything = IPAddress(family: family, number: 0),
            let block = CIDR(containing: everything, prefixLength: prefixLength)
        else { throw .badField("destination") }
        self.init(
            destination: block, kind: kind, table: table, protocolNumber: protocolNumber, metric: 0,
            nextHops: [],
            preferredSource: nil)
        try readAttributes(&reader, family)
    }

    private mutating func readAttributes(
        _ reader: inout NativeReader, _ family: AddressFamily
    ) throws(MalformedMessage) {
        var single = NextHop(gateway: nil, link: nil)
        while var attribute = try reader.nextAttribute() {
            switch attribute.type {
            case RouteMessage.destination:
                let address = try attribute.value.address(family)
                guard let block = CIDR(containing: address, prefixLength: destination.prefixLength) else {
                    throw .badField("destination")
                }
                destination = block
            case RouteMessage.table: table = try attribute.value.uint32()
            case RouteMessage.priority: metric = try attribute.value.uint32()
            case RouteMessage.preferredSource: preferredSource = try attribute.value.address(family)
            case RouteMessage.multipath: nextHops = try NextHop.list(from: &attribute.value, family)
            default: try single.read(&attribute, family)
            }
        }
        if nextHops.isEmpty, single != NextHop(gateway: nil, link: nil) { nextHops = [single] }
    }
}

extension Route.NextHop {
    /// Reads a row of `rtnexthop`, each with attributes of its own.
    static func list(from reader: inout NativeReader, _ family: AddressFamily)
        throws(MalformedMessage) -> [Self]
    {
        var hops: [Self] = []
        while !reader.isAtEnd {
            let length = Int(try reader.uint16())
            try reader.skip(2)
            let link = try reader.int32()
            guard length >= 8 else { throw .badLength(length) }
            var hop = Self(gateway: nil, link: link > 0 ? LinkIndex(link) : nil)
            var attributes = try reader.reader(length - 8)
            while var attribute = try attributes.nextAttribute() { try hop.read(&attribute, family) }
            reader.skipPadding(after: length)
            hops.append(hop)
        }
        return hops
    }

    fileprivate mutating func read(_ attribute: inout Attribute, _ family: AddressFamily)
        throws(MalformedMessage)
    {
        switch attribute.type {
        case RouteMessage.gateway: gateway = try attribute.value.address(family)
        case RouteMessage.via:
            // An IPv4 route by way of an IPv6 neighbour (RFC 8950): the family comes first.
            let number = try attribute.value.uint16()
            if let other = AddressFamily(number: UInt8(clamping: number)) {
                gateway = try attribute.value.address(other)
            }
        case RouteMessage.outgoingLink:
            let number = try attribute.value.int32()
            link = number > 0 ? LinkIndex(number) : nil
        default: break
        }
    }
}
