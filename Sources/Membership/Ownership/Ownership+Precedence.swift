import NetworkTypes

// Which claims count, and which of two prevails.
extension Ownership {
    typealias Claimant = AddressRecord.Claimant

    /// How long two that go by one leader need at most to see which of them yields; far longer than claims travel.
    static let longestRivalry = Duration.seconds(1)

    /// Whether the member may own the address, so that its claim stands.
    func isEntitled(_ claimant: Claimant, to address: IPAddress, in record: AddressRecord) -> Bool {
        couldOwn(claimant, address)
            && (record.allows(claimant.node) || concessions[address] == Concession(to: claimant))
    }

    /// Whether the member may own the address as far as it has said so itself.
    func couldOwn(_ claimant: Claimant, _ address: IPAddress) -> Bool {
        guard let facts = facts(of: claimant.node) else { return false }
        return facts.mayOwn && !claimant.claim.isOffered && facts.serves(address)
    }

    /// Yields to a member that claimed the address later and answers for it, though it may not own it for all that this
    /// node knows: it knew of the own claim, and so it knows of the candidates what this node does not yet. That stands
    /// until this node learns something else of the address. Two that know different things would else both keep it.
    mutating func concede(_ address: IPAddress, in record: AddressRecord, by mine: Claimant) -> Claimant? {
        guard record.candidates != nil, record.claimants.count > 1 else { return nil }
        for rival in record.claimants where rival.node != own && rival.claim.isInEffect {
            guard couldOwn(rival, address), !record.allows(rival.node), facts(of: rival.node)?.isDoubtful == false,
                isLater(rival, than: mine, in: record)
            else { continue }
            concessions[address] = Concession(to: rival)
            return rival
        }
        return nil
    }

    /// The claimant that is taken for the owner; of those that may not own the address only if there is no other.
    mutating func owner(of address: IPAddress, in record: AddressRecord) -> Claimant? {
        if record.claimants.count == 1 { return record.claimants[0] }
        return best(of: record.claimants.filter { isEntitled($0, to: address, in: record) }, in: record)
            ?? best(of: record.claimants, in: record)
    }

    mutating func best(of claimants: [Claimant], in record: AddressRecord) -> Claimant? {
        var best: Claimant?
        for claimant in claimants {
            if let current = best, !prevails(claimant, over: current, in: record) { continue }
            best = claimant
        }
        return best
    }

    /// A node that answers prevails over one that is about to; then the later epoch, then the higher weight.
    mutating func prevails(_ claimant: Claimant, over other: Claimant, in record: AddressRecord) -> Bool {
        if claimant.claim.isInEffect != other.claim.isInEffect { return claimant.claim.isInEffect }
        return isLater(claimant, than: other, in: record)
    }

    private mutating func isLater(_ claimant: Claimant, than other: Claimant, in record: AddressRecord) -> Bool {
        let epoch = epoch(of: claimant, in: record)
        let otherEpoch = self.epoch(of: other, in: record)
        if epoch != otherEpoch { return epoch > otherEpoch }
        return (weight(of: claimant.node, in: record), claimant.node)
            > (weight(of: other.node, in: record), other.node)
    }

    /// By which election the claims to an address are judged. Two that go by one leader agree in moments on who yields;
    /// a rival that stands for longer goes by the other election, and this node then judges as it does.
    private func election(for record: AddressRecord) -> Election {
        guard let since = record.rivalSince, since.duration(to: evaluationTime) >= Self.longestRivalry else {
            return settings.election
        }
        return .spread
    }

    /// With one leader the conflicts of two nodes all end the same way: by the latest claim in effect of each.
    private mutating func epoch(of claimant: Claimant, in record: AddressRecord) -> UInt64 {
        switch election(for: record) {
        case .spread:
            return claimant.claim.epoch
        case .leader:
            if let known = latestEpochs[claimant.node] { return known }
            let latest = claims[claimant.node]?.sorted.reduce(0) { $1.isInEffect ? max($0, $1.epoch) : $0 } ?? 0
            latestEpochs[claimant.node] = latest
            return latest
        }
    }

    private func weight(of node: NodeID, in record: AddressRecord) -> UInt64 {
        switch election(for: record) {
        case .spread: StableHash.weight(of: record.hash, on: node)
        case .leader: StableHash.mix(node.number)
        }
    }
}
