import NetworkTypes

/// What is known of one address that is desired or claimed.
struct AddressRecord: Sendable {
    struct Claimant: Equatable, Sendable {
        var node: NodeID
        var claim: HeldAddress
    }

    let hash: UInt64
    var isDesired = false
    /// Nil for every node.
    var candidates: Set<NodeID>?
    /// Ascending by node; rarely more than one.
    private(set) var claimants: [Claimant] = []
    var owner: NodeID?
    /// Whether the owner answers already.
    var isOwnerInEffect = false
    /// In whose load it is counted.
    var countedFor: NodeID?
    var previousOwner: NodeID?
    /// Since when no member that may own it claims it.
    var unservedSince: MonotonicTime?
    /// Whether another member claims to answer for it as this node does.
    var hasRival = false
    /// Since when there is such a member that hears this node, and neither has yielded.
    var rivalSince: MonotonicTime?

    init(_ address: IPAddress) {
        hash = StableHash.hash(address)
    }

    func claim(of node: NodeID) -> HeldAddress? {
        claimants.first { $0.node == node }?.claim
    }

    mutating func setClaim(of node: NodeID, to claim: HeldAddress?) {
        claimants.removeAll { $0.node == node }
        guard let claim else { return }
        let index = claimants.firstIndex { $0.node > node } ?? claimants.endIndex
        claimants.insert(Claimant(node: node, claim: claim), at: index)
    }

    func allows(_ node: NodeID) -> Bool {
        candidates?.contains(node) ?? true
    }
}
