import NetworkTypes

/// What a node tells the others, 20 times a second: that it lives, and by a version what it owns.
struct Heartbeat: Equatable, Sendable {
    /// Proof for one node that the sender has just heard it.
    struct Answer: Equatable, Sendable {
        /// Who asked, and the heartbeat that asked.
        var asker: NodeID
        var incarnation: UInt64
        var sequence: UInt64
    }

    /// The latest incarnation known of a node that uses an earlier one, as after its clock went back.
    struct Correction: Equatable, Sendable {
        var node: NodeID
        var incarnation: UInt64
    }

    /// Octets of a name (RFC 1123 section 2.1 has 255; Kubernetes 253).
    static let maximumNameLength = 253

    var sender: NodeName
    /// Grows with every start of the sender.
    var incarnation: UInt64
    /// Grows with every datagram of an incarnation, from 1.
    var sequence: UInt64
    /// Milliseconds between heartbeats, from now on.
    var interval: UInt16
    /// How many heartbeats the sender misses of others before it holds them for dead.
    var missed: UInt8
    var standing: Standing
    /// Whether an answer is wanted, together with the state.
    var asks = false
    /// Whether the receiver's records are wanted.
    var asksRecords = false
    /// The highest epoch that the sender knows.
    var clock: UInt64
    /// The version of the state that is in force.
    var stateVersion: UInt32
    /// The version of what the sender has recorded; 0 for one that shares no records.
    var recordsVersion: UInt32 = 0
    /// Since when the sender allocates, on the cluster's logical clock; 0 while it does not.
    var term: UInt64 = 0
    /// Of the names of all nodes that the sender counts with: who shares it can be a witness.
    var rosterDigest: UInt32
    /// Absent from datagrams that only carry a part of the state.
    var hearing: Hearing?
    var answer: Answer?
    var correction: Correction?
    var inquiry: Inquiry?
    var relay: Relay?
    /// Of the state of the relayed node, or else of the sender's.
    var part: StatePart?
    /// Of what the sender has recorded.
    var recordsPart: StatePart?
}

extension Heartbeat {
    /// What a heartbeat holds beside the fields that all have, in the order of the wire.
    private struct Contents: OptionSet {
        let rawValue: UInt16

        static let asks = Contents(rawValue: 1)
        static let asksRecords = Contents(rawValue: 2)
        static let hearing = Contents(rawValue: 4)
        static let answer = Contents(rawValue: 8)
        static let correction = Contents(rawValue: 16)
        static let inquiry = Contents(rawValue: 32)
        static let relay = Contents(rawValue: 64)
        static let part = Contents(rawValue: 128)
        static let recordsPart = Contents(rawValue: 256)

        static let known = Contents(rawValue: 511)
    }

    /// Nil when a field breaks the format.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        let contents = Contents(rawValue: try reader.uint16())
        standing = Standing(rawValue: try reader.uint8())
        interval = try reader.uint16()
        missed = try reader.uint8()
        incarnation = try reader.uint64()
        sequence = try reader.uint64()
        clock = try reader.uint64()
        stateVersion = try reader.uint32()
        recordsVersion = try reader.uint32()
        term = try reader.uint64()
        rosterDigest = try reader.uint32()
        let nameLength = Int(try reader.uint8())
        let name = try reader.slice(nameLength)
        // No run has the number 0, by which a peer is known before any run of it.
        guard incarnation > 0, Contents.known.isSuperset(of: contents), Standing.known.isSuperset(of: standing),
            (1...Self.maximumNameLength).contains(nameLength),
            let text = String(validating: name, as: UTF8.self)
        else { return nil }
        sender = NodeName(text)
        asks = contents.contains(.asks)
        asksRecords = contents.contains(.asksRecords)
        guard try readContents(contents, from: &reader) else { return nil }
    }

    /// False when a field breaks the format.
    private mutating func readContents(
        _ contents: Contents, from reader: inout ByteReader
    ) throws(ByteReader.Truncated) -> Bool {
        if contents.contains(.hearing) {
            guard let value = try Hearing(from: &reader) else { return false }
            hearing = value
        }
        if contents.contains(.answer) { answer = try Answer(from: &reader) }
        if contents.contains(.correction) { correction = try Correction(from: &reader) }
        if contents.contains(.inquiry) {
            guard let value = try Inquiry(from: &reader) else { return false }
            inquiry = value
        }
        if contents.contains(.relay) {
            guard let value = try Relay(from: &reader) else { return false }
            relay = value
        }
        if contents.contains(.part) {
            guard let value = try StatePart(from: &reader) else { return false }
            part = value
        }
        if contents.contains(.recordsPart) {
            guard let value = try StatePart(from: &reader) else { return false }
            recordsPart = value
        }
        return true
    }

    /// The name must have 1 to `maximumNameLength` octets; what exceeds them is left out.
    func encode(into writer: inout ByteWriter) {
        var contents: Contents = []
        if asks { contents.insert(.asks) }
        if asksRecords { contents.insert(.asksRecords) }
        if hearing != nil { contents.insert(.hearing) }
        if answer != nil { contents.insert(.answer) }
        if correction != nil { contents.insert(.correction) }
        if inquiry != nil { contents.insert(.inquiry) }
        if relay != nil { contents.insert(.relay) }
        if part != nil { contents.insert(.part) }
        if recordsPart != nil { contents.insert(.recordsPart) }
        writer.write(contents.rawValue)
        writer.write(standing.rawValue)
        writer.write(interval)
        writer.write(missed)
        writer.write(incarnation)
        writer.write(sequence)
        writer.write(clock)
        writer.write(stateVersion)
        writer.write(recordsVersion)
        writer.write(term)
        writer.write(rosterDigest)
        let name = sender.text.utf8.prefix(Self.maximumNameLength)
        writer.write(UInt8(name.count))
        writer.write(name)
        hearing?.encode(into: &writer)
        answer?.encode(into: &writer)
        correction?.encode(into: &writer)
        inquiry?.encode(into: &writer)
        relay?.encode(into: &writer)
        part?.encode(into: &writer)
        recordsPart?.encode(into: &writer)
    }
}

extension Heartbeat.Answer {
    init(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        asker = NodeID(number: try reader.uint64())
        incarnation = try reader.uint64()
        sequence = try reader.uint64()
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(asker.number)
        writer.write(incarnation)
        writer.write(sequence)
    }
}

extension Heartbeat.Correction {
    init(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        node = NodeID(number: try reader.uint64())
        incarnation = try reader.uint64()
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(node.number)
        writer.write(incarnation)
    }
}
