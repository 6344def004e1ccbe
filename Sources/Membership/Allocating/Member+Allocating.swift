import NetworkTypes

// Which node gives addresses away, where no API server keeps who has which.
//
// The latest that began to allocates; the others have what it has. Where none does, the first by identity begins, once
// it knows what the others have recorded: so addresses outlive every node.
extension Member {
    /// Who allocates, and what is recorded.
    public var allocation: Allocation {
        if term > 0 { return Allocation(allocator: .own, records: inherited) }
        guard let allocator, let index = positions[allocator] else { return Allocation(allocator: .unknown) }
        return Allocation(allocator: .node(peers[index].name), records: peers[index].records?.sorted)
    }

    mutating func setRecords(_ records: [SharedRecord]) {
        let new = NodeRecords(records)
        guard new != ownRecords else { return }
        ownRecords = new
        var writer = ByteWriter()
        new.encode(into: &writer)
        // Who does not allocate is asked.
        recordsOutbox.replace(with: writer.bytes, isForEveryone: term > 0)
        for index in peers.indices where peers[index].nextRecordsPart != nil { peers[index].nextRecordsPart = 0 }
        isUrgent = true
    }

    /// Follows whoever allocates, or begins to.
    mutating func refreshAllocator(at now: MonotonicTime, into effects: inout [MemberEffect]) {
        nextAllocatorCheck = nil
        guard ownRecords != nil, !hasLeft else { return }
        let rival = latestAllocator
        if term > 0, let rival, (peers[rival].term, peers[rival].id) > (term, id) {
            term = 0
            inherited = []
            isUrgent = true
        }
        if term > 0 {
            allocator = id
        } else if let rival {
            vacantSince = nil
            allocator = peers[rival].id
            askForRecords(rival, at: now, into: &effects)
        } else {
            allocator = nil
            stand(at: now, into: &effects)
        }
        let mark = AllocationMark(allocator: allocator, version: allocator.flatMap(heardVersion))
        guard mark != allocationMark else { return }
        allocationMark = mark
        allocationGeneration += 1
    }

    private func heardVersion(of node: NodeID) -> UInt32? {
        positions[node].flatMap { peers[$0].recordsVersion }
    }

    private var latestAllocator: Int? {
        var latest: Int?
        for index in peers.indices where peers[index].term > 0 && peers[index].reach.isMember {
            if let best = latest, (peers[best].term, peers[best].id) > (peers[index].term, peers[index].id) { continue }
            latest = index
        }
        return latest
    }

    /// Begins to allocate when it is this node's turn, and it knows what the others have.
    private mutating func stand(at now: MonotonicTime, into effects: inout [MemberEffect]) {
        guard mayClaim(at: now) else {
            vacantSince = nil
            return
        }
        let since = vacantSince ?? now
        vacantSince = since
        let others = peers.indices.filter { isCandidate(peers[$0]) }
        let turn = since.advanced(by: settings.patience * others.count { peers[$0].id < id })
        guard turn <= now else { return nextAllocatorCheck = turn }
        let limit = turn.advanced(by: max(settings.settleTime, Self.inheritanceTime))
        let unknown = others.filter { !peers[$0].areRecordsInStep && peers[$0].reach == .mutual }
        if !unknown.isEmpty, now < limit {
            for index in unknown { askForRecords(index, at: now, into: &effects) }
            return nextAllocatorCheck = min(limit, now.advanced(by: interval))
        }
        begin(with: others)
    }

    /// How long the others are given to tell what they have recorded.
    private static let inheritanceTime = Duration.seconds(1)

    private mutating func begin(with others: [Int]) {
        var inheritance = Inheritance()
        inheritance.add(ownRecords ?? NodeRecords([]))
        for index in others { if let records = peers[index].records { inheritance.add(records) } }
        inherited = inheritance.records
        term = ownership.nextEpoch()
        ownership.advanceClock(to: term)
        allocator = id
        vacantSince = nil
        recordsOutbox.sendAll()
        isUrgent = true
    }

    private func isCandidate(_ peer: Peer) -> Bool {
        peer.reach.isMember && peer.standing.isDisjoint(with: [.settling, .leaving])
            && (peer.advertisedRecords ?? 0) > 0
    }

    private mutating func askForRecords(_ index: Int, at now: MonotonicTime, into effects: inout [MemberEffect]) {
        guard !peers[index].areRecordsInStep, peers[index].reach == .mutual else { return }
        // What is sent unasked, or has been asked for, is on its way.
        let patience = interval * 3 / 4
        let since = peers[index].recordsBehindSince ?? now
        if peers[index].term > 0, peers[index].records != nil, since.duration(to: now) < patience {
            return nextAllocatorCheck = since.advanced(by: patience)
        }
        if let last = peers[index].lastAskedRecords, last.duration(to: now) < patience {
            return nextAllocatorCheck = last.advanced(by: patience)
        }
        peers[index].lastAskedRecords = now
        nextAllocatorCheck = now.advanced(by: patience)
        var heartbeat = makeHeartbeat()
        heartbeat.asksRecords = true
        send(heartbeat, to: .one(peers[index].name), into: &effects)
    }

    /// Lets the own records go to a node that asks for them, unless they are on their way.
    mutating func tellRecords(to index: Int) {
        guard ownRecords != nil, peers[index].nextRecordsPart == nil else { return }
        peers[index].nextRecordsPart = 0
    }

    mutating func takeRecords(_ part: StatePart, from index: Int) {
        let peer = peers[index]
        guard part.version == peer.advertisedRecords, part.version != peer.recordsVersion else { return }
        var assembly = peers[index].recordsAssembly ?? StateAssembly(of: part)
        if assembly.version != part.version { assembly = StateAssembly(of: part) }
        let whole = assembly.add(part)
        peers[index].recordsAssembly = assembly
        guard let whole else { return }
        peers[index].recordsAssembly = nil
        var reader = ByteReader(whole)
        guard let records = try? NodeRecords(from: &reader), reader.isAtEnd else {
            rejections[Rejection.malformed.rawValue] &+= 1
            return
        }
        peers[index].records = records
        peers[index].recordsVersion = part.version
    }
}

/// What, when it is another, makes `Member.allocation` another.
struct AllocationMark: Equatable, Sendable {
    var allocator: NodeID?
    /// Of its records, as heard.
    var version: UInt32?
}
