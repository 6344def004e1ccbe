import NetworkTypes

/// Whom a node does not hear as it should; in a sound network, nobody.
struct Hearing: Equatable, Sendable {
    /// Of both lists together.
    static let maximumNodes = 90

    /// Nodes not heard, ascending.
    var silent: [NodeID] = []
    /// Nodes that are heard but do not hear the sender, ascending.
    var deaf: [NodeID] = []
    /// Whether there were more nodes than the lists can hold; then absence from them says nothing.
    var isCut = false

    /// Whether this is the word of a witness that `node` is well connected.
    func vouches(for node: NodeID) -> Bool {
        !isCut && !silent.contains(node) && !deaf.contains(node)
    }
}

extension Hearing {
    /// Nil when the lists are longer than they may be.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        let head = try reader.uint8()
        isCut = head & 0x80 != 0
        let silentCount = Int(head & 0x7F)
        let deafCount = Int(try reader.uint8())
        guard silentCount + deafCount <= Self.maximumNodes else { return nil }
        for _ in 0..<silentCount { silent.append(NodeID(number: try reader.uint64())) }
        for _ in 0..<deafCount { deaf.append(NodeID(number: try reader.uint64())) }
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
    }
}
