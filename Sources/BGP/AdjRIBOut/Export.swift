import NetworkTypes

/// A route's attributes as one peer gets them, ready for the wire; routes with equal exports share messages.
struct Export: Hashable, Sendable {
    /// What stands before the prefixes in an MP_REACH_NLRI, or nil for the classic form of IPv4 routes.
    let reachHead: [UInt8]?
    /// All other attributes.
    let attributes: [UInt8]

    /// Octets that a message spends on everything but prefixes, at the most.
    var overhead: Int {
        MessageType.update.minimumLength + attributes.count + (reachHead.map { $0.count + 4 } ?? 0)
    }

    /// One UPDATE that announces what `prefixes` holds.
    func announcement(of prefixes: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(reserving: overhead + prefixes.count)
        writer.writeMessage(.update) { body in
            body.write(UInt16(0))
            let lengthOffset = body.count
            body.write(UInt16(0))
            if let reachHead {
                // RFC 7606 section 5.1: first of all attributes.
                let value = (reachHead + prefixes)[...]
                let type = AttributeType.multiprotocolReach
                RawAttribute(flags: type.category, code: type.rawValue, value: value).encode(into: &body)
            }
            body.write(attributes)
            body.overwrite(at: lengthOffset, with: UInt16(truncatingIfNeeded: body.count - lengthOffset - 2))
            if reachHead == nil { body.write(prefixes) }
        }
        return writer.bytes
    }

    /// Octets that a withdrawal spends on everything but prefixes, at the most.
    static let withdrawalOverhead = MessageType.update.minimumLength + 7

    /// One UPDATE that withdraws what `prefixes` holds.
    static func withdrawal(of prefixes: [UInt8], family: AddressFamily) -> [UInt8] {
        var writer = ByteWriter(reserving: withdrawalOverhead + prefixes.count)
        writer.writeMessage(.update) { body in
            switch family {
            case .ipv4:
                body.write(UInt16(truncatingIfNeeded: prefixes.count))
                body.write(prefixes)
                body.write(UInt16(0))
            case .ipv6:
                body.write(UInt16(0))
                let lengthOffset = body.count
                body.write(UInt16(0))
                body.writeAttribute(.multiprotocolUnreach) {
                    $0.write(RouteFamily.ipv6Unicast.afi)
                    $0.write(RouteFamily.ipv6Unicast.safi)
                    $0.write(prefixes)
                }
                body.overwrite(at: lengthOffset, with: UInt16(truncatingIfNeeded: body.count - lengthOffset - 2))
            }
        }
        return writer.bytes
    }
}
