import NetworkTypes

extension Capability {
    /// Reads code, length and value; throws when the value does not fill its length exactly.
    init(from reader: inout ByteReader) throws {
        let code = try reader.uint8()
        let length = try reader.uint8()
        var value = try reader.reader(Int(length))
        self = try Self.parse(code, &value)
        // A known capability with octets left over does not have the length that its definition gives it.
        if !value.isAtEnd { throw NotificationMessage(.openUnspecific) }
    }

    private static func parse(_ code: UInt8, _ value: inout ByteReader) throws(ByteReader.Truncated)
        -> Capability
    {
        switch code {
        case Code.multiprotocol:
            let afi = try value.uint16()
            try value.skip(1)
            return .multiprotocol(RouteFamily(afi: afi, safi: try value.uint8()))
        case Code.routeRefresh: return .routeRefresh
        case Code.extendedNextHop: return .extendedNextHop(try ExtendedNextHop.list(from: &value))
        case Code.extendedMessage: return .extendedMessage
        case Code.role: return .role(try value.uint8())
        case Code.gracefulRestart: return .gracefulRestart(try GracefulRestartCapability(from: &value))
        case Code.fourOctetASN: return .fourOctetASN(ASN(try value.uint32()))
        case Code.enhancedRouteRefresh: return .enhancedRouteRefresh
        case Code.longLivedGracefulRestart:
            return .longLivedGracefulRestart(try LongLivedFamily.list(from: &value))
        case Code.hostName: return .hostName(try HostName(from: &value))
        case Code.softwareVersion:
            // The draft puts a length before the text; some peers leave it out.
            let octets = try value.slice(value.remaining)
            let text = octets.first.map(Int.init) == octets.count - 1 ? octets.dropFirst() : octets
            return .softwareVersion(String(decoding: text, as: UTF8.self))
        default: return .other(code: code, value: Array(try value.slice(value.remaining)))
        }
    }

    /// Writes code, length and value; a value longer than 255 octets is cut.
    func encode(into writer: inout ByteWriter) {
        var value = ByteWriter()
        encodeValue(into: &value)
        let octets = value.bytes.prefix(255)
        writer.write(code)
        writer.write(UInt8(truncatingIfNeeded: octets.count))
        writer.write(octets)
    }

    private func encodeValue(into writer: inout ByteWriter) {
        switch self {
        case .multiprotocol(let family):
            writer.write(family.afi)
            writer.write(UInt8(0))
            writer.write(family.safi)
        case .routeRefresh, .extendedMessage, .enhancedRouteRefresh: break
        case .extendedNextHop(let entries): for entry in entries { entry.encode(into: &writer) }
        case .role(let role): writer.write(role)
        case .gracefulRestart(let capability): capability.encode(into: &writer)
        case .fourOctetASN(let asn): writer.write(asn.number)
        case .longLivedGracefulRestart(let families):
            for family in families { family.encode(into: &writer) }
        case .hostName(let name): name.encode(into: &writer)
        case .softwareVersion(let text): writer.writeText(text, limit: 64)
        case .other(_, let value): writer.write(value)
        }
    }
}

extension ByteWriter {
    /// A length octet and at most `limit` octets of the text, whole characters only.
    mutating func writeText(_ text: String, limit: Int) {
        var kept = text.unicodeScalars[...]
        while kept.reduce(0, { $0 + UTF8.width($1) }) > limit { kept.removeLast() }
        let octets = Array(String(kept).utf8)
        write(UInt8(truncatingIfNeeded: octets.count))
        write(octets)
    }
}
