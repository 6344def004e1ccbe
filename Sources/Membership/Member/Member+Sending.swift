import NetworkTypes

// What this node says.
extension Member {
    var hasPartsToSend: Bool {
        isStateChanged || ownership.haveOwnClaimsChanged || outbox.nextPart != nil
            || recordsOutbox.nextPart != nil
            || peers.indices.contains { peers[$0].nextPart != nil || peers[$0].nextRecordsPart != nil }
    }

    /// Between the heartbeats of a node that nobody hears.
    private static let solitaryPace = Duration.seconds(1)

    /// Sends the heartbeat that is due, or one out of turn, and parts of the state.
    mutating func sendDue(at now: MonotonicTime, into effects: inout [MemberEffect]) {
        let isRegular = nextBeat <= now
        let hasRested = lastBeat.map { $0.advanced(by: StateOutbox.pace) <= now } ?? true
        if isRegular {
            // After a pause the missed ones are not made up for.
            if let slowsAt, slowsAt <= now { self.slowsAt = nil }
            var pace = slowsAt == nil ? interval : min(formerInterval, interval)
            if peers.isEmpty { pace = max(pace, Self.solitaryPace) }
            nextBeat = max(nextBeat.advanced(by: pace), now.advanced(by: pace / 2))
            outbox.noteBeat()
            forgetGuests(at: now, into: &effects)
            inquire(into: &effects)
        }
        if outbox.mayBurst(at: now), !outbox.isUnderWay { renewState() }
        if isRegular || (isUrgent && hasRested) {
            isUrgent = false
            lastBeat = now
            sendBeat(to: .everyone, at: now, into: &effects)
        }
        if outbox.mayBurst(at: now), hasPartsToSend { sendParts(at: now, into: &effects) }
    }

    private mutating func renewState() {
        guard isStateChanged || ownership.haveOwnClaimsChanged else { return }
        isStateChanged = false
        ownership.haveOwnClaimsChanged = false
        let stations = eligibility.stations.sorted { $0.number < $1.number }
        var writer = ByteWriter()
        NodeState(
            subnets: Self.list(eligibility.subnets), stations: stations, conflicts: conflicts,
            claims: ownership.ownClaims
        ).encode(into: &writer)
        outbox.replace(with: writer.bytes)
        for index in peers.indices where peers[index].nextPart != nil { peers[index].nextPart = nil }
    }

    private mutating func sendParts(at now: MonotonicTime, into effects: inout [MemberEffect]) {
        outbox.noteBurst(at: now)
        for part in outbox.takeBurst() { sendPart(part, to: .everyone, into: &effects) }
        for index in peers.indices {
            guard let start = peers[index].nextPart else { continue }
            let burst = outbox.parts[min(start, outbox.parts.count)...].prefix(StateOutbox.burst)
            for part in burst { sendPart(part, to: .one(peers[index].name), into: &effects) }
            peers[index].nextPart = burst.endIndex < outbox.parts.count ? burst.endIndex : nil
        }
        // Who owns what comes first.
        if outbox.nextPart == nil { sendRecords(into: &effects) }
    }

    private mutating func sendRecords(into effects: inout [MemberEffect]) {
        for part in recordsOutbox.takeBurst() { sendPart(part, to: .everyone, isOfRecords: true, into: &effects) }
        for index in peers.indices where peers[index].nextPart == nil {
            guard let start = peers[index].nextRecordsPart else { continue }
            let parts = recordsOutbox.parts
            let burst = parts[min(start, parts.count)...].prefix(StateOutbox.burst)
            for part in burst { sendPart(part, to: .one(peers[index].name), isOfRecords: true, into: &effects) }
            peers[index].nextRecordsPart = burst.endIndex < parts.count ? burst.endIndex : nil
        }
    }

    // MARK: - Datagrams

    mutating func makeHeartbeat() -> Heartbeat {
        sequence += 1
        let milliseconds = interval.wholeNanoseconds / 1_000_000
        return Heartbeat(
            sender: name, incarnation: incarnation, sequence: sequence, interval: UInt16(clamping: milliseconds),
            missed: UInt8(clamping: settings.detection.missed), standing: standing, clock: ownership.clock,
            stateVersion: outbox.version, recordsVersion: recordsOutbox.version, term: term,
            rosterDigest: rosterDigest)
    }

    func send(
        _ heartbeat: Heartbeat, to recipients: MemberEffect.Recipients, into effects: inout [MemberEffect]
    ) {
        guard let datagram = envelope.close(heartbeat) else { return }
        effects.append(.send(datagram, to: recipients))
    }

    mutating func sendBeat(
        to recipients: MemberEffect.Recipients, at now: MonotonicTime, into effects: inout [MemberEffect]
    ) {
        var heartbeat = makeHeartbeat()
        heartbeat.hearing = hearing
        heartbeat.asks = listening != nil
        beats &+= 1
        send(heartbeat, to: recipients, into: &effects)
    }

    private mutating func sendPart(
        _ part: StatePart, to recipients: MemberEffect.Recipients, isOfRecords: Bool = false,
        into effects: inout [MemberEffect]
    ) {
        var heartbeat = makeHeartbeat()
        if isOfRecords { heartbeat.recordsPart = part } else { heartbeat.part = part }
        send(heartbeat, to: recipients, into: &effects)
    }

    /// Asks a node to prove that it lives, and for its state; at most once in an interval.
    mutating func ask(_ index: Int, at now: MonotonicTime, into effects: inout [MemberEffect]) {
        if let last = peers[index].lastAsked, last.duration(to: now) < interval * 3 / 4 { return }
        peers[index].lastAsked = now
        var heartbeat = makeHeartbeat()
        heartbeat.hearing = hearing
        heartbeat.asks = true
        send(heartbeat, to: .one(peers[index].name), into: &effects)
    }

    /// Answers a question, and lets the state follow.
    mutating func answer(
        _ index: Int, _ question: Heartbeat, at now: MonotonicTime, into effects: inout [MemberEffect]
    ) {
        if let last = peers[index].lastAnswered, last.duration(to: now) < StateOutbox.pace { return }
        peers[index].lastAnswered = now
        // Who listens goes by what it hears now; the others wait until what is on its way is whole.
        if question.standing.contains(.settling) || !outbox.isUnderWay { renewState() }
        var heartbeat = makeHeartbeat()
        heartbeat.hearing = hearing
        heartbeat.answer = Heartbeat.Answer(
            asker: peers[index].id, incarnation: question.incarnation, sequence: question.sequence)
        send(heartbeat, to: .one(peers[index].name), into: &effects)
        // Who asks often would else get the first parts again and again.
        if peers[index].nextPart == nil { peers[index].nextPart = 0 }
    }

    /// Tells a node that it uses an incarnation before the latest one known here.
    mutating func correct(_ index: Int, at now: MonotonicTime, into effects: inout [MemberEffect]) {
        if let last = peers[index].lastCorrected, last.duration(to: now) < interval * 3 / 4 { return }
        peers[index].lastCorrected = now
        var heartbeat = makeHeartbeat()
        heartbeat.hearing = hearing
        heartbeat.correction = Heartbeat.Correction(node: peers[index].id, incarnation: peers[index].incarnation)
        send(heartbeat, to: .one(peers[index].name), into: &effects)
    }
}
