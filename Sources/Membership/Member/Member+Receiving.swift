import NetworkTypes

// What others say.
extension Member {
    /// Returns whether a member sealed it, be it of any use or not.
    mutating func receive(
        _ datagram: ArraySlice<UInt8>, at now: MonotonicTime, into effects: inout [MemberEffect]
    ) -> Bool {
        lastSender = nil
        var isSealed = false
        do throws(Rejection) {
            let heartbeat = try envelope.open(datagram)
            isSealed = true
            guard heartbeat.sender != name else {
                if heartbeat.incarnation != incarnation { namesakeHeard = now }
                throw .ownName
            }
            let index = try position(of: heartbeat.sender, at: now, into: &effects)
            if let correction = heartbeat.correction { follow(correction, into: &effects) }
            try admit(heartbeat, from: index, at: now, into: &effects)
            take(heartbeat, from: index, at: now)
            lastSender = heartbeat.sender
            if heartbeat.asks { answer(index, heartbeat, at: now, into: &effects) }
            if heartbeat.asksRecords { tellRecords(to: index) }
            if let inquiry = heartbeat.inquiry { tell(inquiry, to: peers[index].name, into: &effects) }
            askIfBehind(index, at: now, into: &effects)
        } catch {
            rejections[error.rawValue] &+= 1
        }
        return isSealed
    }

    private mutating func position(
        of sender: NodeName, at now: MonotonicTime, into effects: inout [MemberEffect]
    ) throws(Rejection) -> Int {
        if let index = positions[NodeID(sender)] {
            guard peers[index].name == sender else { throw .noPlace }
            return index
        }
        guard let index = addPeer(sender, isGuest: true, at: now) else { throw .noPlace }
        effects.append(.learned(sender))
        return index
    }

    /// A run that is not known yet must answer a question of this run; so a recording of old heartbeats wakes nobody.
    private mutating func admit(
        _ heartbeat: Heartbeat, from index: Int, at now: MonotonicTime, into effects: inout [MemberEffect]
    ) throws(Rejection) {
        if heartbeat.incarnation < peers[index].incarnation {
            correct(index, at: now, into: &effects)
            throw .staleIncarnation
        }
        if heartbeat.incarnation > peers[index].incarnation {
            guard isAnswer(heartbeat.answer) else {
                if heartbeat.asks { answer(index, heartbeat, at: now, into: &effects) }
                ask(index, at: now, into: &effects)
                throw .unproven
            }
            beginRun(heartbeat.incarnation, of: index)
        }
        guard peers[index].window.admit(heartbeat.sequence) else { throw .replayed }
    }

    /// A run that has proved to be alive takes the place of the one before; with its first, a guest comes to count.
    mutating func beginRun(_ incarnation: UInt64, of index: Int) {
        let wasUnproven = peers[index].isUnproven
        peers[index].begin(incarnation)
        isReachChanged = true
        if wasUnproven { rosterChanged() }
    }

    private func isAnswer(_ answer: Heartbeat.Answer?) -> Bool {
        guard let answer, answer.asker == id, answer.incarnation == incarnation else { return false }
        return answer.sequence > 0 && answer.sequence <= sequence
    }

    /// Others know of a later run of this node: its clock must have gone back.
    private mutating func follow(_ correction: Heartbeat.Correction, into effects: inout [MemberEffect]) {
        guard correction.node == id, correction.incarnation > incarnation, correction.incarnation < .max else { return }
        incarnation = correction.incarnation + 1
        isUrgent = true
        effects.append(.incarnationChanged(incarnation))
    }

    private mutating func take(_ heartbeat: Heartbeat, from index: Int, at now: MonotonicTime) {
        let interval = Duration.milliseconds(Int64(heartbeat.interval))
        if heartbeat.sequence > peers[index].heardSequence {
            peers[index].heardSequence = heartbeat.sequence
            if !peers[index].detector.isAlive { isReachChanged = true }
            peers[index].detector.heard(at: now, senderInterval: interval)
        }
        if let deadline = peers[index].detector.deadline {
            earliestDeadline = min(earliestDeadline ?? deadline, deadline)
        }
        ownership.advanceClock(to: heartbeat.clock)
        if let answer = heartbeat.answer, isAnswer(answer) {
            peers[index].answeredSequence = max(peers[index].answeredSequence, answer.sequence)
        }
        if heartbeat.sequence > peers[index].latestSequence {
            peers[index].latestSequence = heartbeat.sequence
            takeLatest(heartbeat, from: index)
        }
        if let hearing = heartbeat.hearing, heartbeat.sequence > peers[index].hearingSequence {
            peers[index].hearingSequence = heartbeat.sequence
            take(hearing, from: index, at: now)
        }
        if let relay = heartbeat.relay {
            take(relay, with: heartbeat.part, from: index)
        } else if let part = heartbeat.part {
            take(part, from: index)
        }
        if let part = heartbeat.recordsPart { takeRecords(part, from: index) }
        noteLag(of: index, at: now)
    }

    /// What a datagram that was overtaken by a later one says no longer.
    private mutating func takeLatest(_ heartbeat: Heartbeat, from index: Int) {
        peers[index].advertisedVersion = heartbeat.stateVersion
        peers[index].advertisedRecords = heartbeat.recordsVersion
        peers[index].term = heartbeat.term
        peers[index].interval = heartbeat.interval
        peers[index].missed = heartbeat.missed
        if peers[index].rosterDigest != heartbeat.rosterDigest {
            peers[index].rosterDigest = heartbeat.rosterDigest
            isReachChanged = true
        }
        if peers[index].standing != heartbeat.standing {
            peers[index].standing = heartbeat.standing
            isReachChanged = true
            if peers[index].reach.isMember { ownership.setMember(peers[index].facts) }
        }
    }

    private mutating func take(_ hearing: Hearing, from index: Int, at now: MonotonicTime) {
        peers[index].detector.arrivals.arrived(at: now)
        guard hearing != peers[index].hearing else { return }
        peers[index].hearing = hearing
        peers[index].listedSince = hearing.silent.contains(id) ? peers[index].listedSince ?? now : nil
        isReachChanged = true
    }

    mutating func take(_ part: StatePart, from index: Int) {
        guard part.version == peers[index].advertisedVersion, part.version != peers[index].stateVersion else { return }
        var assembly = peers[index].assembly ?? StateAssembly(of: part)
        if assembly.version != part.version { assembly = StateAssembly(of: part) }
        let whole = assembly.add(part)
        peers[index].assembly = assembly
        guard let whole else { return }
        peers[index].assembly = nil
        var reader = ByteReader(whole)
        guard let state = try? NodeState(from: &reader), reader.isAtEnd else {
            rejections[Rejection.malformed.rawValue] &+= 1
            return
        }
        if peers[index].state?.stations != state.stations { stationGeneration += 1 }
        if peers[index].state?.conflicts ?? [] != state.conflicts { conflictGeneration += 1 }
        peers[index].state = state
        peers[index].stateVersion = part.version
        if peers[index].reach.isMember { updateMember(peers[index]) }
    }

    private mutating func noteLag(of index: Int, at now: MonotonicTime) {
        peers[index].behindSince = peers[index].isInStep ? nil : peers[index].behindSince ?? now
        peers[index].recordsBehindSince =
            peers[index].areRecordsInStep ? nil : peers[index].recordsBehindSince ?? now
    }

    /// A new state follows its heartbeat at once; if it has not come by the next, it is asked for.
    private mutating func askIfBehind(_ index: Int, at now: MonotonicTime, into effects: inout [MemberEffect]) {
        guard let since = peers[index].behindSince else { return }
        if peers[index].state == nil || since.duration(to: now) >= interval * 3 / 4 {
            ask(index, at: now, into: &effects)
        }
    }
}
