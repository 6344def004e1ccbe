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

    /// Records that exceed a limit are left out.
    init(_ records: [SharedRecord]) {
        let fitting = records.filter { $0.name.utf8.count <= Self.maximumNameLength }.sorted { $0.name < $1.name }
        for record in fitting.prefix(Self.maximumCount) where sorted.last?.name != record.name { sorted.append(record) }
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

    /// What exceeds `maximumLength` is left out.
    func encode(into writer: inout ByteWriter) {
        var body = ByteWriter()
        var count: UInt16 = 0
        for record in sorted {
            var one = ByteWriter()
            Self.encode(record.name, upTo: Self.maximumNameLength, into: &one)
            Self.encode(record.addresses, into: &one)
            Self.encode(record.reason.word, upTo: Self.reasonLength.word, into: &one)
            Self.encode(record.reason.sentence, upTo: Self.reasonLength.sentence, into: &one)
            guard body.count + one.count + 2 <= Self.maximumLength else { break }
            body.write(one.bytes)
            count += 1
        }
        writer.write(count)
        writer.write(body.bytes)
    }

    private static func text(
        upTo limit: Int, from reader: inout ByteReader
    ) throws(ByteReader.Truncated) -> String? {
        let length = Int(try reader.uint16())
        guard length <= limit else { return nil }
        return String(validating: try reader.slice(length), as: UTF8.self)
    }

    /// Whole letters, as many as the limit has room for.
    private static func encode(_ text: String, upTo limit: Int, into writer: inout ByteWriter) {
        var text = text[...]
        while text.utf8.count > limit { text.removeLast() }
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
