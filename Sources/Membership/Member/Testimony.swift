/// What the witnesses say together about who is well connected.
struct Testimony: Sendable {
    private var witnesses: Set<NodeID> = []
    /// How many witnesses do not vouch for a node.
    private var doubts: [NodeID: Int] = [:]

    mutating func add(_ witness: NodeID, _ hearing: Hearing) {
        witnesses.insert(witness)
        for node in hearing.silent { doubts[node, default: 0] += 1 }
        for node in hearing.deaf { doubts[node, default: 0] += 1 }
    }

    /// Whether a witness other than the node itself vouches for it.
    func vouches(for node: NodeID) -> Bool {
        witnesses.count - (witnesses.contains(node) ? 1 : 0) > doubts[node] ?? 0
    }
}
