import NetworkTypes

// Whether an own claim stands, and how a planned move goes.
extension Ownership {
    /// The reason to let go of an own claim; nil to keep it.
    ///
    /// Make before break: while this node may not own the address but can serve it, it goes on until another answers.
    mutating func judge(
        _ mine: HeldAddress, of address: IPAddress, in record: AddressRecord, at now: MonotonicTime
    ) -> ReleaseReason? {
        guard record.isDesired || !isDesireKnown else { return .notWanted }
        guard let facts = facts(of: own), facts.serves(address) else { return .cannotServe }
        let own = Claimant(node: own, claim: mine)
        let isEntitled = isEntitled(own, to: address, in: record)
        let others = record.claimants.filter {
            $0.node != own.node && self.isEntitled($0, to: address, in: record)
                && self.facts(of: $0.node)?.isDoubtful == false
        }
        if let rival = best(of: others, in: record) {
            guard yields(own, isEntitled: isEntitled, to: rival, in: record) else { return nil }
            return .yielded(to: name(of: rival.node))
        }
        if let rival = concede(address, in: record, by: own) { return .yielded(to: name(of: rival.node)) }
        if isEntitled {
            handovers[address] = nil
            return nil
        }
        guard mine.isInEffect else { return .notEligible }
        return judgeHandover(of: mine, in: record, facts: facts, at: now)
    }

    private mutating func yields(
        _ mine: Claimant, isEntitled: Bool, to rival: Claimant, in record: AddressRecord
    ) -> Bool {
        // Who does not answer yet has nothing to keep going.
        if !mine.claim.isInEffect { return !isEntitled || prevails(rival, over: mine, in: record) }
        return rival.claim.isInEffect && (!isEntitled || prevails(rival, over: mine, in: record))
    }

    /// No one has claimed the address that this node is to give away.
    private mutating func judgeHandover(
        of mine: HeldAddress, in record: AddressRecord, facts: MemberFacts, at now: MonotonicTime
    ) -> ReleaseReason? {
        // Draining ends with the process; until then, better this node than none.
        if facts.standing.contains(.draining) { return nil }
        let limit = handovers[mine.address] ?? now.advanced(by: settings.handoverLimit)
        handovers[mine.address] = limit
        if mine.isOffered, record.allows(own), facts.mayOwn {
            guard limit <= now else { return nil }
            withdrawOffer(mine)
            return nil
        }
        guard limit > now, hasSuccessor(for: mine.address, in: record) else {
            handovers[mine.address] = nil
            return .notEligible
        }
        return nil
    }

    func hasSuccessor(for address: IPAddress, in record: AddressRecord) -> Bool {
        members.contains {
            $0.id != own && $0.mayOwn && $0.subnets != nil && $0.serves(address) && record.allows($0.id)
        }
    }

    private mutating func withdrawOffer(_ claim: HeldAddress) {
        var kept = claim
        kept.isOffered = false
        setOwnClaim(kept)
        handovers[claim.address] = nil
    }

    /// Offers to others what this node has above its fair share, those first that it was least meant to have; with one
    /// leader everything, unless that is this node.
    mutating func offerExcess(at now: MonotonicTime) {
        let sharers = members.filter { $0.mayOwn && !$0.standing.contains(.settling) && $0.subnets != nil }
        let held = ownClaims.sorted.filter { $0.isInEffect && records[$0.address]?.isDesired == true }
        switch settings.election {
        case .spread:
            let excess = (loads[own] ?? 0) - (desiredCount + sharers.count - 1) / max(sharers.count, 1)
            guard sharers.count > 1, excess > 0 else { return }
            offer(held.sorted { ownWeight(of: $0.address) < ownWeight(of: $1.address) }.prefix(excess), at: now)
        case .leader:
            let leader = sharers.max { leadership(of: $0) < leadership(of: $1) }
            guard let leader, leader.id != own else { return }
            offer(held.filter { leader.serves($0.address) && records[$0.address]?.allows(leader.id) == true }, at: now)
        }
    }

    /// As `Assignment` has it.
    private func leadership(of member: MemberFacts) -> (Int, UInt64) {
        (loads[member.id] ?? 0, StableHash.mix(member.id.number))
    }

    private mutating func offer(_ claims: some Sequence<HeldAddress>, at now: MonotonicTime) {
        for claim in claims {
            var offered = claim
            offered.isOffered = true
            setOwnClaim(offered)
            handovers[claim.address] = now.advanced(by: settings.handoverLimit)
        }
    }

    private func ownWeight(of address: IPAddress) -> UInt64 {
        StableHash.weight(of: StableHash.hash(address), on: own)
    }
}
