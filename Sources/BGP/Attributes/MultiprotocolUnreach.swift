import NetworkTypes

/// Routes of one family that are gone (RFC 4760 section 4); alone and without prefixes it is the End-of-RIB of its
/// family (RFC 4724 section 2).
public struct MultiprotocolUnreach: Hashable, Sendable {
    /// The routes.
    public var prefixes: PrefixList

    /// Withdrawn routes of the list's family.
    public init(prefixes: PrefixList) {
        self.prefixes = prefixes
    }

    /// The family and the octets of the prefixes, whether the family is spoken here or not.
    struct Head {
        let family: RouteFamily
        let prefixes: ArraySlice<UInt8>

        init(value: ArraySlice<UInt8>) throws(AttributeError) {
            var reader = ByteReader(value)
            guard let afi = try? reader.uint16(), let safi = try? reader.uint8() else { throw .length }
            family = RouteFamily(afi: afi, safi: safi)
            prefixes = reader.unread
        }
    }

    init(_ head: Head, family: AddressFamily) throws(AttributeError) {
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
        writer.write(prefixes.octets)
    }
}
