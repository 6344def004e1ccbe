import NetworkTypes

/// Whom a node does not hear as it should, and which addresses it sees on two nodes; in a sound network, nothing.
struct Hearing: Equatable, Sendable {
    /// An address that two nodes claim, as seen by a third that hears both.
    struct Dispute: Equatable, Sendable {
        var address: IPAddress
        /// Who should keep it, and the epoch of its claim.
        var keeper: NodeID
        var epoch: UInt64
    }

    /// Of both lists together.
    static let maximumNodes = 90
    static let maximumDisputes = 8

    /// Nodes not heard.
    var silent: [NodeID] = []
    /// Nodes that are heard but do not hear the sender.
    var deaf: [NodeID] = []
    var disputes: [Dispute] = []
    /// Whether there were more nodes than the lists can hold; then absence from them says nothing.
    var isCut = false

    /// Whether this is the word of a witness that `node` is well connected.
    func vouches(for node: NodeID) -> Bool {
        !isCut && !silent.contains(node) && !deaf.contains(node)
    }
}

extension Hearing {
    /// Nil when a list is longer than it may be.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        let head = try reader.uint8()
        isCut = head & 0x80 != 0
        let silentCount = Int(head & 0x7F)
        let deafCount = Int(try reader.uint8())
        guard silentCount + deafCount <= Self.maximumNodes else { return nil }
        for _ in 0..<silentCount { silent.append(NodeID(number: try reader.uint64())) }
        for _ in 0..<deafCount { deaf.append(NodeID(number: try reader.uint64())) }
        let disputeCount = Int(try reader.uint8())
        guard disputeCount <= Self.maximumDisputes else { return nil }
        for _ in 0..<disputeCount {
            guard let dispute = try Dispute(from: &reader) else { return nil }
            disputes.append(dispute)
        }
    }

    /// What exceeds the bounds is left out.
    func encode(into writer: inout ByteWriter) {
        let silent = silent.prefix(Self.maximumNodes)
        let deaf = deaf.prefix(Self.maximumNodes - silent.count)
        let isCut = isCut || silent.count < self.silent.count || deaf.count < self.deaf.count
        writer.write(UInt8(silent.count) | (isCut ? 0x80 : 0))
        writer.write(UInt8(deaf.count))
        for node in silent { writer.write(node.number) }
        for node in deaf { writer.write(node.number) }
        writer.write(UInt8(disputes.prefix(Self.maximumDisputes).count))
        for dispute in disputes.prefix(Self.maximumDisputes) { dispute.encode(into: &writer) }
    }
}

extension Hearing.Dispute {
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        switch try reader.uint8() {
        case 4: address = try reader.ipv4Address()
        case 6: address = try reader.ipv6Address()
        default: return nil
        }
        keeper = NodeID(number: try reader.uint64())
        epoch = try reader.uint64()
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(UInt8(address.family == .ipv4 ? 4 : 6))
        writer.write(address)
        writer.write(keeper.number)
        writer.write(epoch)
    }
}
