import NetworkTypes

/// Routes in the format of routing table dumps (RFC 6396), which GoBGP reads.
enum RoutingTableDump {
    /// Routes to one address each, all with one next hop and the AS path 65001.
    static func octets(_ addresses: some Sequence<IPAddress>, nextHop: IPAddress) -> [UInt8] {
        var dump = ByteWriter()
        record(1, into: &dump) { table in
            table.write(nextHop)
            // No name for the view; one peer, with an IPv4 address and an AS number of four octets.
            table.write(UInt16(0))
            table.write(UInt16(1))
            table.write(UInt8(2))
            table.write(nextHop)
            table.write(nextHop)
            table.write(UInt32(65001))
        }
        for (number, address) in addresses.enumerated() {
            record(2, into: &dump) { entry in
                entry.write(UInt32(number))
                entry.write(UInt8(32))
                entry.write(address)
                entry.write(UInt16(1))
                entry.write(UInt16(0))
                entry.write(UInt32(0))
                let attributes: [UInt8] = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xFD, 0xE9, 0x40, 3, 4]
                entry.write(UInt16(attributes.count + 4))
                entry.write(attributes)
                entry.write(nextHop)
            }
        }
        return dump.bytes
    }

    /// A record of TABLE_DUMP_V2 (section 4.3).
    private static func record(_ subtype: UInt16, into dump: inout ByteWriter, _ body: (inout ByteWriter) -> Void) {
        var content = ByteWriter()
        body(&content)
        dump.write(UInt32(0))
        dump.write(UInt16(13))
        dump.write(subtype)
        dump.write(UInt32(content.count))
        dump.write(content.bytes)
    }
}
