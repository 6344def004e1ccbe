import FoundationEssentials
import LoadBalancing
import NetworkTypes

/// A state file: what was last known of a cluster, for a start while its API server does not answer.
///
/// One JSON document a line: a head, a Service or a node each, and an end that counts them. The version says how to read
/// the rest; members that are not known are passed over.
struct StateFile {
    /// The only version there has been.
    static let version = 1
    /// The largest file that is read, in octets: 100,000 Services.
    static let limit = 64 << 20

    /// A state file that cannot be used.
    struct Unusable: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    private struct Head: Codable {
        var herald: String
        var version: Int
    }

    private struct Origin: Codable {
        var written: Int64
        var server: String
    }

    private struct Line: Codable {
        var service: RecordedService?
        var node: RecordedNode?
        var end: Int?
    }

    private static let kind = "kubernetes-state"

    /// When it was true, in seconds since 1970.
    var written: Int64
    /// The API server it came from.
    var server: String
    /// Those that have a record.
    var services: [LoadBalancerService]
    var nodes: [NodeFacts]
}

extension StateFile {
    /// The same octets for equal states.
    func octets() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var octets: [UInt8] = []
        func add(_ line: some Encodable) throws {
            octets += try encoder.encode(line)
            octets.append(UInt8(ascii: "\n"))
        }
        try add(Head(herald: Self.kind, version: Self.version))
        try add(Origin(written: written, server: server))
        for node in nodes.sorted(by: { $0.name < $1.name }) { try add(Line(node: RecordedNode(node))) }
        for service in services.sorted(by: { $0.key < $1.key }) { try add(Line(service: RecordedService(service))) }
        try add(Line(end: nodes.count + services.count))
        return octets
    }

    /// Reads a state file, all of it or none.
    init(octets: [UInt8]) throws(Unusable) {
        var lines = octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).makeIterator()
        guard let head = Self.read(Head.self, lines.next()), head.herald == Self.kind else {
            throw Unusable(description: "it is not the state of a cluster")
        }
        guard head.version == Self.version else {
            throw Unusable(
                description: "it has version \(head.version), and this herald reads version \(Self.version) only")
        }
        guard let origin = Self.read(Origin.self, lines.next()) else {
            throw Unusable(description: "it does not say where it comes from")
        }
        (written, server, services, nodes) = (origin.written, origin.server, [], [])
        while let text = lines.next() {
            guard let line = Self.read(Line.self, text) else { throw Self.damaged(services.count + nodes.count) }
            if let end = line.end {
                guard end == services.count + nodes.count, lines.next() == nil else { break }
                return
            }
            if let service = line.service { services.append(try service.facts()) }
            if let node = line.node { nodes.append(try node.facts()) }
        }
        throw Self.damaged(services.count + nodes.count)
    }

    /// The version that a file of another version says it has, of which these are the first octets; nil for a file of
    /// ours, and for what is no state file.
    static func foreignVersion(in beginning: [UInt8]) -> Int? {
        let line = beginning.prefix { $0 != UInt8(ascii: "\n") }
        guard let head = read(Head.self, line[...]), head.herald == kind, head.version != version else { return nil }
        return head.version
    }

    private static func read<Value: Decodable>(_ type: Value.Type, _ line: ArraySlice<UInt8>?) -> Value? {
        line.flatMap { try? JSONDecoder().decode(type, from: Data($0)) }
    }

    private static func damaged(_ entries: Int) -> Unusable {
        Unusable(description: "it is damaged after \(entries) entries")
    }
}
