import NetworkTypes

@testable import Netlink

/// What the kernel sends: notices, dumps and answers of rtnetlink, and events of inotify.
enum KernelSeeds {
    private static let index: Int32 = 3
    private static let station = MACAddress(number: 0x0200_0000_0009)

    static let datagrams: [[UInt8]] = {
        let entries = [link(.newLink), addresses]
        let removals = [link(.deleteLink), removedAddresses]
        let answers = [answer(0, ""), answer(-22, "ipv4: Invalid prefix length")]
        // The tables in the order in which they are read.
        let dump = entries.flatMap { $0 + done }
        let others = [dump, dump + overrun + dump, dump + removals.flatMap(\.self)]
        return entries + removals + answers + others
    }()

    private static let done = message(.done, [.multipart]) { $0.write(Int32(0)) }
    private static let overrun = message(.overrun) { _ in }

    private static func message(
        _ type: MessageType, _ flags: MessageFlags = [], _ body: (inout NativeWriter) -> Void
    ) -> [UInt8] {
        var writer = NativeWriter()
        writer.message(type, flags: flags, sequence: 1, body: body)
        return writer.bytes
    }

    private static func link(_ type: MessageType) -> [UInt8] {
        message(type) { body in
            body.write(FamilyNumber.unspecified)
            body.write(UInt8(0))
            body.write(UInt16(1))
            body.write(index)
            body.write(Link.Flags([.up, .running, .lowerUp]).rawValue)
            body.write(UInt32.max)
            body.attribute(LinkMessage.name, "veth0")
            body.attribute(LinkMessage.operationalState, UInt8(6))
            body.attribute(LinkMessage.master, UInt32(4))
            body.attribute(LinkMessage.address) { write(station, into: &$0) }
            body.attribute(LinkMessage.information) { $0.attribute(LinkMessage.kind, "veth") }
            body.attribute(LinkMessage.properties) { $0.attribute(LinkMessage.alternativeName, "uplink-zero") }
        }
    }

    // MARK: - Addresses

    private static let keys: [AddressKey] = BoundarySeeds.addresses.flatMap { address in
        [nil, address.advanced(by: 1)].map { peer in
            AddressKey(link: LinkIndex(index), address: address, prefixLength: 24, peer: peer)
        }
    }

    private static let addresses: [UInt8] = {
        var writer = NativeWriter()
        for key in keys {
            var assignment = AddressAssignment(key, lifetime: .neverSource(for: .seconds(60)))
            assignment.label = "veth0:one"
            AddressMessage.put(assignment, flags: [.multipart], sequence: 1, into: &writer)
        }
        return writer.bytes
    }()

    private static let removedAddresses: [UInt8] = {
        var writer = NativeWriter()
        for key in keys { AddressMessage.remove(key, flags: [], sequence: 0, into: &writer) }
        return writer.bytes
    }()

    private static func write(_ station: MACAddress, into writer: inout NativeWriter) {
        for octet in station.octets { writer.write(octet) }
    }

    // MARK: - Answers

    private static func answer(_ number: Int32, _ text: String) -> [UInt8] {
        message(.error, text.isEmpty ? [.capped] : [.capped, .extendedAnswer]) { body in
            body.write(number)
            // The header of the request.
            body.write(UInt32(16))
            body.write(MessageType.newAddress.rawValue)
            body.write(MessageFlags.request.rawValue)
            body.write(UInt32(1))
            body.write(UInt32(0))
            if !text.isEmpty { body.attribute(UInt16(1), text) }
        }
    }

    // MARK: - inotify

    static let events: [[UInt8]] = {
        let created = event(mask: 0x100, "services.yaml")
        let moved = event(mask: 0x80, "é") + event(mask: 0x40, ".tmp")
        let overflow = event(mask: 0x4000, "")
        return [created, moved, overflow, created + overflow + moved]
    }()

    private static func event(mask: UInt32, _ name: String) -> [UInt8] {
        let length = name.isEmpty ? 0 : 16
        var writer = NativeWriter()
        writer.write(index)
        writer.write(mask)
        writer.write(UInt32(0))
        writer.write(UInt32(length))
        return writer.bytes + Array(name.utf8) + [UInt8](repeating: 0, count: length - name.utf8.count)
    }
}
