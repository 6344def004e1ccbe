public import NetworkTypes

/// Who formed an aggregate (RFC 4271 section 5.1.7).
public struct Aggregator: Hashable, Sendable {
    /// 23456 from a speaker of two octets means: look at AS4_AGGREGATOR.
    public var asn: ASN
    /// The speaker's identifier, in the form of an IPv4 address.
    public var identifier: UInt32

    /// Any aggregator.
    public init(asn: ASN, identifier: UInt32) {
        self.asn = asn
        self.identifier = identifier
    }

    init(value: ArraySlice<UInt8>, octetsPerNumber: Int) throws(AttributeError) {
        var reader = ByteReader(value)
        guard value.count == octetsPerNumber + 4, let number = try? reader.slice(octetsPerNumber),
            let identifier = try? reader.uint32()
        else { throw .length }
        asn = ASN(number.reduce(0) { $0 << 8 | UInt32($1) })
        self.identifier = identifier
        // RFC 7607 section 2.
        if asn.number == 0 { throw .value(.optionalAttributeError) }
    }

    func encode(into writer: inout ByteWriter, octetsPerNumber: Int) {
        if octetsPerNumber == 4 {
            writer.write(asn.number)
        } else {
            writer.write(UInt16(truncatingIfNeeded: (asn.fitsTwoOctets ? asn : .transition).number))
        }
        writer.write(identifier)
    }
}
