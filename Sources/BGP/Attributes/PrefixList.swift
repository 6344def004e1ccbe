public import NetworkTypes

/// Prefixes as messages carry them: each a length in bits and the octets that hold them (RFC 4271 section 4.3).
///
/// Keeps the octets and reads them anew each time, so that a list costs no more memory than it has octets.
public struct PrefixList: Sequence, Hashable, Sendable {
    /// Some length is beyond the family's, or the last prefix runs over the end (RFC 7606 section 5.3).
    struct Malformed: Error {}

    /// The family of all of them.
    public let family: AddressFamily
    /// How many.
    public let count: Int
    let octets: ArraySlice<UInt8>

    /// Prefixes of other families are left out.
    public init(_ prefixes: some Sequence<CIDR>, family: AddressFamily) {
        var writer = ByteWriter()
        var count = 0
        for prefix in prefixes where prefix.family == family {
            writer.write(prefix)
            count += 1
        }
        self.init(family: family, count: count, octets: writer.bytes[...])
    }

    /// No prefixes.
    public init(family: AddressFamily) {
        self.init(family: family, count: 0, octets: [])
    }

    /// Takes the octets of a message if they make up whole prefixes.
    init(reading octets: ArraySlice<UInt8>, family: AddressFamily) throws(Malformed) {
        let span = octets.span
        var offset = 0
        var count = 0
        while offset < span.count {
            let length = Int(span[offset])
            offset += 1 + (length + 7) / 8
            guard length <= family.bitWidth, offset <= span.count else { throw Malformed() }
            count += 1
        }
        self.init(family: family, count: count, octets: octets)
    }

    private init(family: AddressFamily, count: Int, octets: ArraySlice<UInt8>) {
        self.family = family
        self.count = count
        self.octets = octets
    }

    /// Whether there are none.
    public var isEmpty: Bool { count == 0 }

    /// Reads prefix by prefix; bits beyond a prefix's length are ignored.
    public struct Iterator: IteratorProtocol {
        private let family: AddressFamily
        private var rest: ByteReader

        init(_ list: PrefixList) {
            family = list.family
            rest = ByteReader(list.octets)
        }

        /// The next prefix, or nil at the end.
        public mutating func next() -> CIDR? {
            guard let length = try? rest.uint8(), let octets = try? rest.slice((Int(length) + 7) / 8)
            else {
                return nil
            }
            let value = octets.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
            let number = value << UInt128(family.bitWidth - octets.count * 8)
            return IPAddress(family: family, number: number).flatMap {
                CIDR(containing: $0, prefixLength: Int(length))
            }
        }
    }

    /// Starts at the first prefix.
    public func makeIterator() -> Iterator { Iterator(self) }
    /// Exact.
    public var underestimatedCount: Int { count }
}

extension ByteWriter {
    /// The length in bits, then as many octets as hold them.
    mutating func write(_ prefix: CIDR) {
        let count = (prefix.prefixLength + 7) / 8
        write(UInt8(truncatingIfNeeded: prefix.prefixLength))
        for index in 0..<count {
            let shift = prefix.family.bitWidth - 8 * (index + 1)
            write(UInt8(truncatingIfNeeded: prefix.network.number >> UInt128(shift)))
        }
    }
}
