public import NetworkTypes

// What a driver asks a member about.
extension Member {
    /// The node, alive or dead, that last said it speaks from this hardware address.
    public func node(speakingFrom station: MACAddress) -> NodeName? {
        peers.first { $0.state?.stations.contains(station) == true }?.name
    }

    /// Whether another node has never told from which hardware addresses it speaks.
    public var isAnyPeerUnknown: Bool { peers.contains { $0.state == nil && !$0.isUnproven } }

    /// The host that another member found to have the address, and which member; nil when none did.
    public func foreignConflict(over address: IPAddress) -> (station: MACAddress, node: NodeName)? {
        for peer in peers where peer.reach.isMember {
            guard let conflict = peer.state?.conflicts.first(where: { $0.address == address }) else { continue }
            return (conflict.station, peer.name)
        }
        return nil
    }

    /// The addresses that other members found in use by hosts that are none of theirs.
    public var foreignConflicts: Set<IPAddress> {
        peers.reduce(into: []) { all, peer in
            if peer.reach.isMember { all.formUnion(peer.state?.conflicts.map(\.address) ?? []) }
        }
    }

    /// The hardware addresses of all other nodes, as last heard.
    public var stations: Set<MACAddress> {
        peers.reduce(into: []) { $0.formUnion($1.state?.stations ?? []) }
    }

    /// How another node is reached; nil for one that is not known.
    public func reach(of name: NodeName) -> Reach? {
        peers.first { $0.name == name }?.reach
    }

    /// Whether a node that is heard could have the address, and is not about to hand over what it has.
    public func couldOwn(_ address: IPAddress, _ name: NodeName) -> Bool {
        guard let peer = peers.first(where: { $0.name == name }), peer.reach.isMember else { return false }
        return peer.facts.mayOwn && peer.state != nil && peer.facts.serves(address)
    }

    /// Whether this node still listens to the others before it takes anything.
    public var isSettling: Bool { standing.contains(.settling) }

    /// Whether another node is there that can be heard, by itself or another.
    public var hasCompany: Bool { peers.contains { $0.reach.isMember } }

    /// Whether some member could take one of the addresses that this node claims.
    public var hasSuccessors: Bool {
        ownership.ownClaims.sorted.contains { claim in
            ownership.records[claim.address].map { ownership.hasSuccessor(for: claim.address, in: $0) } ?? false
        }
    }

    /// Of two nodes that took an address without hearing each other, whether this one keeps it.
    ///
    /// The later claim prevails, as far as it is known: one of them may still hear the other. Who lost it by the
    /// other's later claim does not; else the weight decides, which both compute alike.
    public func prevails(over name: NodeName, for address: IPAddress) -> Bool {
        guard let peer = peers.first(where: { $0.name == name }) else { return true }
        guard let mine = ownership.ownClaims[address] else { return false }
        if let theirs = peer.state?.claims[address], theirs.isInEffect {
            if theirs.epoch != mine.epoch { return mine.epoch > theirs.epoch }
        } else if let lost = peer.lostClock, mine.epoch <= lost {
            // It knew of the claim and made its own all the same: later.
            return false
        }
        let hash = StableHash.hash(address)
        return (StableHash.weight(of: hash, on: id), id) > (StableHash.weight(of: hash, on: peer.id), peer.id)
    }
}
