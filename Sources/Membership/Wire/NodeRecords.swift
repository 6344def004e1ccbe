import NetworkTypes

/// What a node has recorded of who has which addresses, for nodes that have nobody else to keep it.
///
/// It changes seldom, so heartbeats carry its version and it travels by itself, in parts.
struct NodeRecords: Equatable, Sendable {
    static let maximumCount = 16_384
    /// Octets of a name: a namespace and a name of Kubernetes with a slash between them, and room to spare.
    static let maximumNameLength = 512
    /// Octets of the word and the sentence that say why there is no address.
    static let reasonLength = (word: 64, sentence: 512)
    /// Addresses of one record.
    static let maximumAddresses = 16
    /// Octets of an encoded whole.
    static let maximumLength = StatePart.maximumLength * StatePart.maximumCount

    /// Ascending by name, each name once.
    private(set) var sorted: [SharedRecord] = []

    /// Records that exceed a limit are left out; where there are too many, those without an address first.
    init(_ records: [SharedRecord]) {
        let fitting = records.filter { $0.name.utf8.count <= Self.maximumNameLength }.sorted { $0.name < $1.name }
        for record in fitting where sorted.last?.name != record.name { sorted.append(record) }
        sorted = Self.most(of: sorted, within: Self.maximumCount) { _ in 1 }
    }
}

extension NodeRecords {
    /// Nil when something is out of order or bounds.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        let count = Int(try reader.uint16())
        guard count <= Self.maximumCount else { return nil }
        for _ in 0..<count {
            guard let name = try Self.text(upTo: Self.maximumNameLength, from: &reader),
                sorted.last.map({ $0.name < name }) ?? true,
                let addresses = try Self.addresses(from: &reader),
                let word = try Self.text(upTo: Self.reasonLength.word, from: &reader),
                let sentence = try Self.text(upTo: Self.reasonLength.sentence, from: &reader)
            else { return nil }
            sorted.append(SharedRecord(name: name, addresses: addresses, reason: (word, sentence)))
        }
    }

    /// What exceeds `maximumLength` is left out: reasons first, then records without an address.
    func encode(into writer: inout ByteWriter) {
        let room = Self.maximumLength - MemoryLayout<UInt16>.size
        let told = Self.most(of: sorted, within: room, Self.bareLength)
        var rest = room - told.reduce(0) { $0 + Self.bareLength($1) }
        writer.write(UInt16(told.count))
        for record in told {
            var word = Self.shortened(record.reason.word, to: Self.reasonLength.word)
            var sentence = Self.shortened(record.reason.sentence, to: Self.reasonLength.sentence)
            let length = word.utf8.count + sentence.utf8.count
            if length <= rest { rest -= length } else { (word, sentence) = ("", "") }
            Self.encode(record.name, into: &writer)
            Self.encode(record.addresses, into: &writer)
            Self.encode(word, into: &writer)
            Self.encode(sentence, into: &writer)
        }
    }

    /// As many as fit into `limit`, in their order; those with addresses come before the others.
    private static func most(
        of records: [SharedRecord], within limit: Int, _ size: (SharedRecord) -> Int
    ) -> [SharedRecord] {
        let sizes = records.map(size)
        guard sizes.reduce(0, +) > limit else { return records }
        var rest = limit
        var isTaken = [Bool](repeating: false, count: records.count)
        for hasAddresses in [true, false] {
            for (index, size) in sizes.enumerated()
            where records[index].addresses.isEmpty != hasAddresses && size <= rest {
                isTaken[index] = true
                rest -= size
            }
        }
        return records.indices.filter { isTaken[$0] }.map { records[$0] }
    }

    /// Octets of a record without a reason.
    private static func bareLength(_ record: SharedRecord) -> Int {
        let addresses = record.addresses.prefix(maximumAddresses).reduce(1) { $0 + 1 + $1.family.bitWidth / 8 }
        // The name, the word and the sentence have their lengths before them.
        return record.name.utf8.count + addresses + 3 * MemoryLayout<UInt16>.size
    }

    private static func text(
        upTo limit: Int, from reader: inout ByteReader
    ) throws(ByteReader.Truncated) -> String? {
        let length = Int(try reader.uint16())
        guard length <= limit else { return nil }
        return String(validating: try reader.slice(length), as: UTF8.self)
    }

    /// Whole letters, as many as the limit has room for.
    private static func shortened(_ text: String, to limit: Int) -> Substring {
        var text = text[...]
        while text.utf8.count > limit { text.removeLast() }
        return text
    }

    private static func encode(_ text: some StringProtocol, into writer: inout ByteWriter) {
        writer.write(UInt16(text.utf8.count))
        writer.write(Array(text.utf8))
    }

    private static func addresses(from reader: inout ByteReader) throws(ByteReader.Truncated) -> [IPAddress]? {
        let count = Int(try reader.uint8())
        guard count <= maximumAddresses else { return nil }
        var addresses: [IPAddress] = []
        for _ in 0..<count {
            switch try reader.uint8() {
            case 4: addresses.append(try reader.ipv4Address())
            case 6: addresses.append(try reader.ipv6Address())
            default: return nil
            }
        }
        return addresses
    }

    private static func encode(_ addresses: [IPAddress], into writer: inout ByteWriter) {
        writer.write(UInt8(min(addresses.count, maximumAddresses)))
        for address in addresses.prefix(maximumAddresses) {
            writer.write(UInt8(address.family == .ipv4 ? 4 : 6))
            writer.write(address)
        }
    }
}
