import NetworkTypes

// From what is known to what is done.
extension Ownership {
    /// Looks at all that has changed or come due.
    ///
    /// - Parameter mayClaim: false while others have still to be heard; then what is due stays so.
    mutating func evaluate(at now: MonotonicTime, mayClaim: Bool) -> [OwnershipDecision] {
        var decisions: [OwnershipDecision] = []
        latestEpochs = [:]
        evaluationTime = now
        // There, who prevails depends on all that a node claims.
        if settings.election == .leader { dirty.formUnion(contested) }
        let isDue = nextCheck.map { $0 <= now } ?? false
        if isDue { dirty.formUnion(handovers.keys) }
        refreshAll(at: now, into: &decisions)
        if isDue || isAssignmentDue {
            nextCheck = nil
            isAssignmentDue = !mayClaim
            if mayClaim {
                assign(at: now, into: &decisions)
                refreshAll(at: now, into: &decisions)
            }
        }
        checkHandovers(after: now)
        checkRivals(after: now)
        return decisions
    }

    /// One that is due and goes on all the same, since another node is about to take over, is looked at later.
    private mutating func checkHandovers(after now: MonotonicTime) {
        for (address, limit) in handovers where limit <= now {
            handovers[address] = now.advanced(by: settings.handoverLimit)
        }
        if let next = handovers.values.min() { check(at: next) }
    }

    /// Who goes by one leader looks again once it is clear that another does not.
    private mutating func checkRivals(after now: MonotonicTime) {
        guard settings.election == .leader else { return }
        for address in contested {
            guard let since = records[address]?.rivalSince else { continue }
            let limit = since.advanced(by: Self.longestRivalry)
            if limit > now { check(at: limit) }
        }
    }

    private mutating func check(at time: MonotonicTime) {
        nextCheck = min(nextCheck ?? time, time)
    }

    private mutating func refreshAll(at now: MonotonicTime, into decisions: inout [OwnershipDecision]) {
        guard !dirty.isEmpty else { return }
        let addresses = dirty.sorted()
        dirty = []
        for address in addresses { refresh(address, at: now, into: &decisions) }
    }

    private mutating func refresh(
        _ address: IPAddress, at now: MonotonicTime, into decisions: inout [OwnershipDecision]
    ) {
        guard let before = records[address] else { return }
        if let mine = before.claim(of: own), let reason = judge(mine, of: address, in: before, at: now) {
            dropOwnClaim(address)
            decisions.append(.release(address, reason))
        }
        guard var record = records[address] else { return }
        dirty.remove(address)
        let owner = owner(of: address, in: record)
        let isInEffect = owner?.claim.isInEffect == true
        if owner?.node != record.owner {
            record.previousOwner = record.owner ?? record.previousOwner
            record.owner = owner?.node
            decisions.append(.ownerChanged(address, owner?.node))
        } else if isInEffect != record.isOwnerInEffect {
            decisions.append(.ownerChanged(address, owner?.node))
        }
        record.isOwnerInEffect = isInEffect
        count(&record)
        noteRivals(of: address, in: &record, at: now, into: &decisions)
        noteService(of: address, by: owner, in: &record, at: now)
        records[address] = record.isDesired || !record.claimants.isEmpty ? record : nil
        if let concession = concessions[address], !record.claimants.map(Concession.init).contains(concession) {
            concessions[address] = nil
        }
    }

    private mutating func count(_ record: inout AddressRecord) {
        let counted = record.isDesired ? record.owner : nil
        guard counted != record.countedFor else { return }
        if let before = record.countedFor { loads[before, default: 0] -= 1 }
        if let counted { loads[counted, default: 0] += 1 }
        record.countedFor = counted
    }

    private mutating func noteRivals(
        of address: IPAddress, in record: inout AddressRecord, at now: MonotonicTime,
        into decisions: inout [OwnershipDecision]
    ) {
        guard record.claimants.count > 1 || record.hasRival else { return }
        let answering = record.claimants.filter(\.claim.isInEffect)
        let isOwn = answering.contains { $0.node == own }
        let rivals = isOwn ? answering.filter { $0.node != own && couldOwn($0, address) } : []
        let hasRival = !rivals.isEmpty
        // Once when the other appears, once when it has gone: its announcements may have come after ours.
        if isOwn, hasRival != record.hasRival { decisions.append(.reassert(address)) }
        record.hasRival = hasRival
        let isHeard = rivals.contains { facts(of: $0.node)?.isDoubtful == false }
        record.rivalSince = isHeard ? record.rivalSince ?? now : nil
        if hasRival { contested.insert(address) } else { contested.remove(address) }
    }

    private mutating func noteService(
        of address: IPAddress, by owner: Claimant?, in record: inout AddressRecord, at now: MonotonicTime
    ) {
        let isServed = owner.map { isEntitled($0, to: address, in: record) } ?? false
        // If it was a member that stood in the way, there is nothing to wait for once it has gone.
        if isServed, owner?.claim.isInEffect == true { blocked[address] = nil }
        if record.isDesired, !isServed {
            if record.unservedSince == nil { record.unservedSince = now }
            unserved.insert(address)
            isAssignmentDue = true
        } else {
            record.unservedSince = nil
            unserved.remove(address)
        }
    }

    private mutating func assign(at now: MonotonicTime, into decisions: inout [OwnershipDecision]) {
        blocked = blocked.filter { $0.value > now }
        guard !unserved.isEmpty else { return }
        var assignment = Assignment(
            members: members, loads: loads, total: desiredCount, own: own, election: settings.election)
        let epoch = nextEpoch()
        for address in unserved.sorted() {
            guard let record = records[address], let since = record.unservedSince,
                let turn = assignment.turn(for: address, record: record, isFresh: record.previousOwner == nil),
                let rank = turn.ownRank, record.claim(of: own) == nil
            else { continue }
            let due = max(since.advanced(by: settings.patience * rank), blocked[address] ?? since)
            if due <= now {
                setOwnClaim(HeldAddress(address, epoch: epoch))
                decisions.append(.claim(address, reason(for: record)))
            } else {
                check(at: due)
            }
        }
    }

    private func reason(for record: AddressRecord) -> ClaimReason {
        if let owner = record.owner { return .handover(from: name(of: owner)) }
        guard let previous = record.previousOwner, previous != own else { return .fresh }
        return .takeover(from: name(of: previous))
    }
}
