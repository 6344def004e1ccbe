import NetworkTypes

// What this node is told about itself.
extension Member {
    mutating func setEligibility(_ value: Eligibility, at now: MonotonicTime) {
        guard value != eligibility else { return }
        let gained = value.subnets.subtracting(eligibility.subnets)
        eligibility = value
        isStateChanged = true
        isUrgent = true
        updateOwnFacts()
        // While the interface was down, another may have taken what it served.
        if !gained.isEmpty, listening == nil, isRosterKnown {
            listen(because: .interface, for: settings.settleTime, at: now)
        }
    }

    mutating func setDraining(_ value: Bool) {
        guard value != isDraining else { return }
        isDraining = value
        isUrgent = true
        updateOwnFacts()
    }

    mutating func setConflicts(_ value: [AddressConflict]) {
        guard value != conflicts else { return }
        conflicts = value
        isStateChanged = true
    }

    /// Heartbeats that become fewer go on at the old pace for a while, and say so: by then every node waits for longer.
    mutating func configure(_ value: MemberSettings, at now: MonotonicTime) {
        let former = settings
        settings = value
        settings.cluster = former.cluster
        for index in peers.indices { peers[index].detector.configure(value.detection) }
        earliestDeadline = peers.compactMap(\.detector.deadline).min()
        ownership.configure(
            Ownership.Settings(
                election: value.election, patience: value.patience, handoverLimit: value.handoverLimit,
                retry: value.retry), at: now)
        if interval > former.detection.interval {
            if slowsAt == nil { formerInterval = former.detection.interval }
            let longest = peers.reduce(former.detection.missed) { max($0, Int($1.missed)) }
            slowsAt = now.advanced(by: formerInterval * (longest + 2) * 2)
        }
        nextBeat = min(nextBeat, now.advanced(by: interval))
        isUrgent = true
    }

    /// The silence after which some other node holds this one for dead.
    var shortestPatience: Duration {
        peers.reduce(detectionTime) { shortest, peer in
            guard peer.missed > 0, peer.reach.isMember else { return shortest }
            return min(shortest, max(.milliseconds(Int64(peer.interval)), interval) * Int(peer.missed))
        }
    }

    mutating func noteFailed(_ address: IPAddress, at now: MonotonicTime) {
        guard ownership.ownClaims[address] != nil else { return }
        ownership.block(address, at: now)
    }

    mutating func noteClaim(of address: IPAddress, at now: MonotonicTime, into effects: inout [MemberEffect]) {
        guard listening == nil, ownership.ownClaims[address]?.isInEffect == true else { return }
        if let last = reasserted[address], last.duration(to: now) < .seconds(1) { return }
        reasserted[address] = now
        effects.append(.reassert(address))
    }

    mutating func leave(into effects: inout [MemberEffect], at now: MonotonicTime) {
        guard !hasLeft else { return }
        hasLeft = true
        listening = nil
        term = 0
        updateOwnFacts()
        for claim in ownership.ownClaims.sorted {
            ownership.dropOwnClaim(claim.address)
            effects.append(.release(claim.address, .leaving))
        }
        // More than one at once, for there may be no time for another.
        for _ in 0..<2 { sendBeat(to: .everyone, at: now, into: &effects) }
        isUrgent = true
    }

    /// Lets ownership follow what is known.
    mutating func decide(at now: MonotonicTime, into effects: inout [MemberEffect]) {
        guard !ownership.dirty.isEmpty || ownership.isAssignmentDue || ownership.nextCheck.map({ $0 <= now }) == true
        else { return }
        for decision in ownership.evaluate(at: now, mayClaim: mayClaim(at: now)) {
            switch decision {
            case .claim(let address, let reason):
                effects.append(.claim(address, reason))
            case .release(let address, let reason):
                reasserted[address] = nil
                effects.append(.release(address, reason))
            case .reassert(let address):
                effects.append(.reassert(address))
            case .ownerChanged(let address, let owner):
                effects.append(.ownerChanged(address, owner.flatMap { ownership.name(of: $0) }))
            }
        }
    }

    /// Not before the others have been heard: also a member whose claims are not known yet is waited for, for a while.
    func mayClaim(at now: MonotonicTime) -> Bool {
        guard isRosterKnown, listening == nil, !hasLeft else { return false }
        return !peers.indices.contains { index in
            peers[index].reach.isMember && peers[index].reachSince.duration(to: now) < detectionTime
                && (peers[index].state == nil || !peers[index].isInStep)
        }
    }
}
