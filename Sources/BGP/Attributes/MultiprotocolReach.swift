public import NetworkTypes

/// Reachable routes of one family and their next hop (RFC 4760 section 3).
public struct MultiprotocolReach: Hashable, Sendable {
    /// Where to send packets for the routes.
    public enum NextHop: Hashable, Sendable {
        case ipv4(IPAddress)
        case ipv6(IPAddress)
        /// A global address and, for a peer on the same link, a link-local one (RFC 2545 section 3).
        case ipv6WithLinkLocal(global: IPAddress, linkLocal: IPAddress)
    }

    /// Next hop of all prefixes.
    public var nextHop: NextHop
    /// The routes.
    public var prefixes: PrefixList

    /// Reachable routes of the list's family.
    public init(nextHop: NextHop, prefixes: PrefixList) {
        self.nextHop = nextHop
        self.prefixes = prefixes
    }
}

extension MultiprotocolReach {
    /// What every attribute of the kind begins with, whether its family is spoken here or not.
    struct Head {
        let family: RouteFamily
        let nextHop: ArraySlice<UInt8>
        let prefixes: ArraySlice<UInt8>

        init(value: ArraySlice<UInt8>) throws(AttributeError) {
            var reader = ByteReader(value)
            // RFC 7606 section 5.3: fewer than 5 octets cannot be one.
            guard value.count >= 5, let afi = try? reader.uint16(), let safi = try? reader.uint8(),
                let length = try? reader.uint8(), let nextHop = try? reader.slice(Int(length)),
                (try? reader.skip(1)) != nil
            else { throw .length }
            family = RouteFamily(afi: afi, safi: safi)
            self.nextHop = nextHop
            prefixes = reader.unread
        }
    }

    /// Reads what a head of a known family holds.
    ///
    /// `acceptsIPv6NextHop` says whether IPv4 routes may have one (RFC 8950).
    init(_ head: Head, family: AddressFamily, acceptsIPv6NextHop: Bool) throws(AttributeError) {
        guard let nextHop = NextHop(octets: head.nextHop),
            family == .ipv6 ? !nextHop.isIPv4 : nextHop.isIPv4 || acceptsIPv6NextHop
        else { throw .value(.optionalAttributeError) }
        self.nextHop = nextHop
        do throws(PrefixList.Malformed) {
            prefixes = try PrefixList(reading: head.prefixes, family: family)
        } catch {
            throw .value(.optionalAttributeError)
        }
    }

    /// Writes the value of the attribute.
    func encode(into writer: inout ByteWriter) {
        let family = RouteFamily(prefixes.family)
        writer.write(family.afi)
        writer.write(family.safi)
        nextHop.encode(into: &writer)
        writer.write(UInt8(0))
        writer.write(prefixes.octets)
    }
}

extension MultiprotocolReach.NextHop {
    /// Nil unless there are 4, 16 or 32 octets.
    init?(octets: ArraySlice<UInt8>) {
        switch octets.count {
        case 4:
            guard let address = IPAddress(octets: octets) else { return nil }
            self = .ipv4(address)
        case 16:
            guard let address = IPAddress(octets: octets) else { return nil }
            self = .ipv6(address)
        case 32:
            guard let global = IPAddress(octets: octets.prefix(16)),
                let local = IPAddress(octets: octets.suffix(16))
            else { return nil }
            self = .ipv6WithLinkLocal(global: global, linkLocal: local)
        default: return nil
        }
    }

    var isIPv4: Bool {
        switch self {
        case .ipv4: true
        case .ipv6, .ipv6WithLinkLocal: false
        }
    }

    /// A length octet and the addresses.
    func encode(into writer: inout ByteWriter) {
        switch self {
        case .ipv4(let address):
            writer.write(UInt8(4))
            writer.write(address)
        case .ipv6(let address):
            writer.write(UInt8(16))
            writer.write(address)
        case .ipv6WithLinkLocal(let global, let linkLocal):
            writer.write(UInt8(32))
            writer.write(global)
            writer.write(linkLocal)
        }
    }
}
