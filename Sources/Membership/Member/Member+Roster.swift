import NetworkTypes

// Which nodes there are, and how they are reached.
extension Member {
    /// Members and guests in all.
    static let maximumPeers = 256
    /// How often it is looked at again who reaches whom, while much changes.
    private static let reachPace = Duration.milliseconds(2)
    private static let guestTime = Duration.seconds(60)
    /// A guest that has not proved to be alive by then is forgotten.
    private static let unprovenTime = Duration.seconds(5)

    mutating func setRoster(_ names: [NodeName], at now: MonotonicTime, into effects: inout [MemberEffect]) {
        let wanted = Set(names.filter { $0 != name })
        for index in peers.indices { peers[index].isGuest = !wanted.contains(peers[index].name) }
        let known = Set(peers.map(\.name))
        for name in wanted.subtracting(known).sorted() { _ = addPeer(name, isGuest: false, at: now) }
        // Who still speaks stays as a guest.
        removePeers(where: { $0.isGuest && !$0.detector.isAlive }, into: &effects)
        if !isRosterKnown {
            isRosterKnown = true
            listen(because: .start, for: settings.settleTime, at: now)
        }
        rosterChanged()
    }

    /// Nil when there are too many, or another of the same hash.
    mutating func addPeer(_ name: NodeName, isGuest: Bool, at now: MonotonicTime) -> Int? {
        let peer = Peer(name: name, isGuest: isGuest, settings: settings.detection, at: now)
        guard peers.count < Self.maximumPeers, positions[peer.id] == nil, peer.id != id,
            (1...Heartbeat.maximumNameLength).contains(name.text.utf8.count)
        else { return nil }
        nextBeat = min(nextBeat, now.advanced(by: interval))
        let index = peers.firstIndex { $0.name > name } ?? peers.endIndex
        peers.insert(peer, at: index)
        rosterChanged()
        return index
    }

    mutating func forgetGuests(at now: MonotonicTime, into effects: inout [MemberEffect]) {
        func isForgotten(_ peer: Peer) -> Bool {
            let time = peer.isUnproven ? Self.unprovenTime : Self.guestTime
            return peer.isGuest && !peer.detector.isAlive && peer.reachSince.duration(to: now) > time
        }
        guard peers.contains(where: isForgotten) else { return }
        removePeers(where: isForgotten, into: &effects)
        rosterChanged()
    }

    private mutating func removePeers(where shouldGo: (Peer) -> Bool, into effects: inout [MemberEffect]) {
        for peer in peers where shouldGo(peer) {
            ownership.forget(peer.id)
            effects.append(.forgotten(peer.name))
        }
        peers.removeAll(where: shouldGo)
        stationGeneration += 1
    }

    mutating func rosterChanged() {
        positions = [:]
        for (index, peer) in peers.enumerated() { positions[peer.id] = index }
        let proven = peers.lazy.filter { !$0.isUnproven }
        let sum = proven.reduce(StableHash.mix(id.number)) { $0 &+ StableHash.mix($1.id.number) }
        rosterDigest = UInt32(truncatingIfNeeded: sum >> 32)
        isReachChanged = true
    }

    mutating func expireSilent(at now: MonotonicTime) {
        guard let earliestDeadline, earliestDeadline <= now else { return }
        for index in peers.indices where peers[index].detector.expire(at: now) { isReachChanged = true }
        self.earliestDeadline = peers.compactMap(\.detector.deadline).min()
    }

    mutating func refreshReach(at now: MonotonicTime, into effects: inout [MemberEffect]) {
        let isCheckDue = nextReachCheck.map { $0 <= now } ?? false
        guard isCheckDue || (isReachChanged && reachRest <= now) else { return }
        isReachChanged = false
        nextReachCheck = nil
        reachRest = now.advanced(by: Self.reachPace)
        let before = peers.map { ($0.reach, $0.isDoubtful) }
        for index in peers.indices { peers[index].reach = directReach(of: peers[index], at: now) }
        let testimony = testimony
        for index in peers.indices {
            // Of who is not counted, silence says nothing.
            let isVouchedFor = !peers[index].isUnproven && testimony?.vouches(for: peers[index].id) ?? false
            if peers[index].reach != .mutual, !peers[index].hasLeft, isVouchedFor { peers[index].reach = .witnessed }
            peers[index].isDoubtful = peers[index].listedSince != nil && !isVouchedFor
            guard (peers[index].reach, peers[index].isDoubtful) != before[index] else { continue }
            noteReach(of: index, before: before[index].0, at: now, into: &effects)
        }
        tellHearing()
    }

    private mutating func tellHearing() {
        let silent = peers.filter { !$0.detector.isAlive && !$0.isUnproven }.map(\.id).sorted()
        let deaf = peers.filter { $0.detector.isAlive && ($0.listedSince != nil || $0.reach != .mutual) }
            .map(\.id).sorted()
        guard silent != hearing.silent || deaf != hearing.deaf else { return }
        hearing.silent = silent
        hearing.deaf = deaf
        isUrgent = true
    }

    private mutating func noteReach(
        of index: Int, before: Reach, at now: MonotonicTime, into effects: inout [MemberEffect]
    ) {
        if peers[index].reach != before {
            peers[index].reachSince = now
            if before.isMember, !peers[index].reach.isMember { peers[index].lostClock = ownership.clock }
            effects.append(.memberChanged(peers[index].name, peers[index].reach))
        }
        if before.isMember, peers[index].reach.isMember {
            ownership.setMember(peers[index].facts)
        } else {
            updateMember(peers[index])
        }
    }

    /// A node that says it does not hear this one is believed after the detection time: heartbeats do get lost.
    private mutating func directReach(of peer: Peer, at now: MonotonicTime) -> Reach {
        guard peer.detector.isAlive, !peer.hasLeft, peer.hearing != nil else { return .unreachable }
        guard let since = peer.listedSince else { return .mutual }
        let limit = since.advanced(by: detectionTime)
        guard peer.reach == .mutual, now < limit else { return .deaf }
        nextReachCheck = min(nextReachCheck ?? limit, limit)
        return .mutual
    }

    /// A node to ask about another.
    func witness(for node: NodeID) -> NodeName? {
        peers.first { isWitness($0) && $0.id != node && $0.hearing?.vouches(for: node) == true }?.name
    }

    /// Only who counts with the same nodes can be a witness: otherwise it may not even listen for this one.
    private func isWitness(_ peer: Peer) -> Bool {
        peer.reach == .mutual && peer.rosterDigest == rosterDigest && peer.hearing?.isCut == false
    }

    /// What all witnesses say; nil when there is nobody to ask about.
    private var testimony: Testimony? {
        guard peers.contains(where: { $0.reach != .mutual || $0.listedSince != nil }) else { return nil }
        var testimony = Testimony()
        for peer in peers where isWitness(peer) { testimony.add(peer.id, peer.hearing ?? Hearing()) }
        return testimony
    }

    mutating func updateMember(_ peer: Peer) {
        guard peer.reach.isMember else { return ownership.removeMember(peer.id) }
        ownership.setMember(peer.facts)
        // What it had when it was lost may be out of date.
        ownership.setClaims(of: peer.id, to: peer.isInStep ? peer.state?.claims ?? HeldAddresses() : HeldAddresses())
    }
}
