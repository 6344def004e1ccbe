import NetworkTypes

// The times in which this node only listens.
extension Member {
    var standing: Standing {
        var standing: Standing = []
        if listening != nil || !isRosterKnown { standing.insert(.settling) }
        if isDraining { standing.insert(.draining) }
        if eligibility.isExcluded { standing.insert(.excluded) }
        if hasLeft { standing.insert(.leaving) }
        return standing
    }

    mutating func listen(because cause: Listening.Cause, for time: Duration, at now: MonotonicTime) {
        listening = Listening(cause: cause, firstSequence: sequence + 1, deadline: now.advanced(by: time))
        isUrgent = true
        updateOwnFacts()
    }

    /// Ends the listening when all have answered, or at its deadline.
    mutating func endListening(at now: MonotonicTime) -> Listening? {
        guard let current = listening else { return nil }
        let isComplete = peers.allSatisfy {
            // Who does not prove to be alive is not waited for.
            if $0.isUnproven, $0.reachSince.duration(to: now) > interval * 2 { return true }
            return $0.answeredSequence >= current.firstSequence && $0.isInStep && $0.reach == .mutual && !$0.isDoubtful
        }
        guard isComplete || current.deadline <= now else { return nil }
        // What a node has that only others hear comes with the next heartbeat of the witness.
        if !isComplete, !current.isExtended, peers.contains(where: { $0.reach == .witnessed }) {
            listening?.isExtended = true
            let time = interval * 2
            listening?.deadline = now.advanced(by: time)
            return nil
        }
        listening = nil
        isUrgent = true
        updateOwnFacts()
        return current
    }

    /// Goes on with what the run before had and nobody has taken.
    mutating func adopt(into effects: inout [MemberEffect]) {
        let epoch = ownership.nextEpoch()
        for var claim in ownership.ownClaims.sorted where claim.epoch == 0 {
            claim.epoch = epoch
            ownership.setOwnClaim(claim)
            effects.append(.claim(claim.address, .adoption))
        }
    }

    mutating func updateOwnFacts() {
        ownership.setMember(
            MemberFacts(id: id, name: name, standing: standing, subnets: Self.list(eligibility.subnets)))
    }
}
