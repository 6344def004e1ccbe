public import NetworkTypes

/// The autonomous systems that a route has passed, nearest first (RFC 4271 section 5.1.2).
public struct ASPath: Hashable, Sendable {
    /// A run of numbers in the path.
    public struct Segment: Hashable, Sendable {
        /// What the numbers of a segment are to each other (RFC 4271 section 4.3, RFC 5065 section 3).
        public enum Kind: UInt8, Sendable {
            case set = 1
            case sequence = 2
            case confederationSequence = 3
            case confederationSet = 4
        }

        /// Ordered or not, within a confederation or not.
        public var kind: Kind
        /// At least one in what is received.
        public var numbers: [ASN]

        /// One run.
        public init(_ kind: Kind, _ numbers: [ASN]) {
            self.kind = kind
            self.numbers = numbers
        }
    }

    /// Nearest first; empty for a route of one's own AS.
    public var segments: [Segment]

    /// Any segments.
    public init(segments: [Segment] = []) {
        self.segments = segments
    }

    /// One sequence, or an empty path.
    public init(_ numbers: [ASN]) {
        segments = numbers.isEmpty ? [] : [Segment(.sequence, numbers)]
    }

    /// Whether every number fits two octets.
    var fitsTwoOctets: Bool { segments.allSatisfy { $0.numbers.allSatisfy(\.fitsTwoOctets) } }

    /// Whether AS 0 is in it, which RFC 7607 makes malformed.
    var containsZero: Bool { segments.contains { $0.numbers.contains(ASN(0)) } }

    /// Whether it has sets, of numbers or of a confederation, which RFC 9774 bans.
    var hasSets: Bool { segments.contains { $0.kind == .set || $0.kind == .confederationSet } }

    /// Whether it has sets, which RFC 9774 bans, or parts of a confederation, which have no place outside it.
    var containsBannedSegment: Bool { segments.contains { $0.kind != .sequence } }
}

extension ASPath {
    /// Reads numbers of two or four octets; a segment that is empty or runs over is malformed (RFC 7606 section 7.2).
    init(value: ArraySlice<UInt8>, octetsPerNumber: Int) throws(AttributeError) {
        segments = []
        var reader = ByteReader(value)
        while !reader.isAtEnd {
            guard let code = try? reader.uint8(), let kind = Segment.Kind(rawValue: code),
                let count = try? reader.uint8(), count > 0,
                let numbers = try? reader.reader(Int(count) * octetsPerNumber)
            else { throw .value(.malformedASPath) }
            segments.append(Segment(kind, Self.numbers(from: numbers, octetsPerNumber)))
        }
    }

    private static func numbers(from reader: ByteReader, _ octetsPerNumber: Int) -> [ASN] {
        var reader = reader
        var numbers: [ASN] = []
        numbers.reserveCapacity(reader.remaining / octetsPerNumber)
        while let octets = try? reader.slice(octetsPerNumber) {
            numbers.append(ASN(octets.reduce(0) { $0 << 8 | UInt32($1) }))
        }
        return numbers
    }

    /// Writes numbers of two or four octets; 23456 stands for one that does not fit two (RFC 6793 section 4.2.2).
    func encode(into writer: inout ByteWriter, octetsPerNumber: Int) {
        for segment in segments {
            var rest = segment.numbers[...]
            while !rest.isEmpty {
                let part = rest.prefix(255)
                rest = rest.dropFirst(255)
                writer.write(segment.kind.rawValue)
                writer.write(UInt8(truncatingIfNeeded: part.count))
                for asn in part {
                    if octetsPerNumber == 4 {
                        writer.write(asn.number)
                    } else {
                        writer.write(UInt16(truncatingIfNeeded: (asn.fitsTwoOctets ? asn : .transition).number))
                    }
                }
            }
        }
    }
}

extension ASPath: CustomStringConvertible {
    /// Numbers with blanks between them, sets in braces.
    public var description: String {
        segments.map { segment in
            let numbers = segment.numbers.map(\.description)
            switch segment.kind {
            case .sequence: return numbers.joined(separator: " ")
            case .set: return "{" + numbers.joined(separator: ",") + "}"
            case .confederationSequence: return "(" + numbers.joined(separator: " ") + ")"
            case .confederationSet: return "[" + numbers.joined(separator: ",") + "]"
            }
        }.joined(separator: " ")
    }
}
