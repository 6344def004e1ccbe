import NetworkTypes

// How nodes that do not hear each other learn what they own: from a third that hears both.
extension Member {
    /// Asks for news of each node that is only known to live by a witness, has not answered yet, or seems to be back.
    mutating func inquire(into effects: inout [MemberEffect]) {
        for peer in peers where peer.reach == .witnessed || peer.hasLeft || isMissed(peer) {
            guard let witness = witness(for: peer.id) else { continue }
            let missing = peer.isInStep ? UInt16.max : UInt16(clamping: peer.assembly?.firstMissing ?? 0)
            var heartbeat = makeHeartbeat()
            heartbeat.hearing = hearing
            heartbeat.inquiry = Inquiry(
                node: peer.id, incarnation: peer.incarnation, version: peer.advertisedVersion ?? 0,
                standing: peer.standing, firstMissing: missing)
            send(heartbeat, to: .one(witness), into: &effects)
        }
    }

    private func isMissed(_ peer: Peer) -> Bool {
        guard let listening, sequence > listening.firstSequence else { return false }
        return peer.answeredSequence < listening.firstSequence
    }

    /// Answers with what has been heard of the node in question, unless the asker knows it all.
    mutating func tell(_ inquiry: Inquiry, to asker: NodeName, into effects: inout [MemberEffect]) {
        guard let index = positions[inquiry.node], peers[index].reach == .mutual, peers[index].isInStep,
            let state = peers[index].state, let version = peers[index].stateVersion
        else { return }
        let peer = peers[index]
        let isSameState = inquiry.incarnation == peer.incarnation && inquiry.version == version
        if isSameState, inquiry.standing == peer.standing, inquiry.firstMissing == .max { return }
        var heartbeat = makeHeartbeat()
        heartbeat.relay = Relay(
            node: peer.id, incarnation: peer.incarnation, sequence: peer.latestSequence, version: version,
            standing: peer.standing)
        guard !isSameState || inquiry.firstMissing != .max else {
            return send(heartbeat, to: .one(asker), into: &effects)
        }
        var writer = ByteWriter()
        state.encode(into: &writer)
        let parts = StatePart.parts(of: writer.bytes, version: version)
        let start = isSameState ? min(Int(inquiry.firstMissing), parts.count) : 0
        for part in parts[start...].prefix(StateOutbox.burst) {
            heartbeat.part = part
            send(heartbeat, to: .one(asker), into: &effects)
            sequence += 1
            heartbeat.sequence = sequence
        }
    }

    /// Takes what a witness has heard of a node, if it is news.
    mutating func take(_ relay: Relay, with part: StatePart?, from witness: Int) {
        guard peers[witness].reach == .mutual, let index = positions[relay.node], index != witness,
            relay.incarnation >= peers[index].incarnation
        else { return }
        if relay.incarnation > peers[index].incarnation {
            // Who is heard here proves itself.
            guard !peers[index].detector.isAlive else { return }
            beginRun(relay.incarnation, of: index)
        }
        if relay.sequence > peers[index].latestSequence || peers[index].advertisedVersion == nil {
            peers[index].latestSequence = relay.sequence
            peers[index].advertisedVersion = relay.version
            if peers[index].standing != relay.standing { isReachChanged = true }
            peers[index].standing = relay.standing
            if peers[index].reach.isMember { ownership.setMember(peers[index].facts) }
        }
        if let part { take(part, from: index) }
    }
}
