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
    /// Milliseconds between heartbeats.
    var interval: UInt16
    var standing: Standing
    /// Whether an answer is wanted, together with the state.
    var asks = false
    /// The highest epoch that the sender knows.
    var clock: UInt64
    /// The version of the state that is in force.
    var stateVersion: UInt32
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
}

extension Heartbeat {
    private static let asksFlag: UInt8 = 1
    private static let hearingFlag: UInt8 = 2
    private static let answerFlag: UInt8 = 4
    private static let correctionFlag: UInt8 = 8
    private static let inquiryFlag: UInt8 = 16
    private static let relayFlag: UInt8 = 32
    private static let partFlag: UInt8 = 64

    /// Nil when a field breaks the format.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        let contents = try reader.uint8()
        standing = Standing(rawValue: try reader.uint8())
        interval = try reader.uint16()
        incarnation = try reader.uint64()
        sequence = try reader.uint64()
        clock = try reader.uint64()
        stateVersion = try reader.uint32()
        rosterDigest = try reader.uint32()
        let nameLength = Int(try reader.uint8())
        let name = try reader.slice(nameLength)
        guard contents < 128, Standing.known.isSuperset(of: standing),
            (1...Self.maximumNameLength).contains(nameLength),
            let text = String(validating: name, as: UTF8.self)
        else { return nil }
        sender = NodeName(text)
        asks = contents & Self.asksFlag != 0
        if contents & Self.hearingFlag != 0 {
            guard let value = try Hearing(from: &reader) else { return nil }
            hearing = value
        }
        if contents & Self.answerFlag != 0 { answer = try Answer(from: &reader) }
        if contents & Self.correctionFlag != 0 { correction = try Correction(from: &reader) }
        if contents & Self.inquiryFlag != 0 {
            guard let value = try Inquiry(from: &reader) else { return nil }
            inquiry = value
        }
        if contents & Self.relayFlag != 0 {
            guard let value = try Relay(from: &reader) else { return nil }
            relay = value
        }
        if contents & Self.partFlag != 0 {
            guard let value = try StatePart(from: &reader) else { return nil }
            part = value
        }
    }

    /// The name must have 1 to `maximumNameLength` octets; what exceeds them is left out.
    func encode(into writer: inout ByteWriter) {
        var contents: UInt8 = asks ? Self.asksFlag : 0
        if hearing != nil { contents |= Self.hearingFlag }
        if answer != nil { contents |= Self.answerFlag }
        if correction != nil { contents |= Self.correctionFlag }
        if inquiry != nil { contents |= Self.inquiryFlag }
        if relay != nil { contents |= Self.relayFlag }
        if part != nil { contents |= Self.partFlag }
        writer.write(contents)
        writer.write(standing.rawValue)
        writer.write(interval)
        writer.write(incarnation)
        writer.write(sequence)
        writer.write(clock)
        writer.write(stateVersion)
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
