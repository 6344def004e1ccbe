public import NetworkTypes

/// A node among those that share the addresses: it tells them that it lives, knows who of them does, and which addresses
/// are its own.
///
/// In a network that works, or has been broken in one way for a second, each address that some node can serve has one
/// owner among nodes that reach each other, directly or by one node between them. A dead node's addresses have new owners
/// after the detection time and a few milliseconds; addresses move for no other reason than that their owner is lost, may
/// not or cannot serve them any more, or is told to give them away.
///
/// Feed it events, perform the effects it returns in order, and call again at `nextWake`. Whatever the event, it first
/// looks whether the process has slept; then `holdAnswers` comes before anything else.
public struct Member: Sendable {
    var settings: MemberSettings
    let name: NodeName
    let id: NodeID
    let envelope: Envelope
    var incarnation: UInt64
    /// Of the datagram sent last.
    var sequence: UInt64 = 0
    var eligibility: Eligibility
    var isDraining = false
    var hasLeft = false
    /// Ascending by name.
    var peers: [Peer] = []
    var positions: [NodeID: Int] = [:]
    var isRosterKnown = false
    /// Grows whenever what `stations` says may be different.
    public internal(set) var stationGeneration = 0
    /// Grows whenever `foreignConflicts` may be different.
    public internal(set) var conflictGeneration = 0
    var rosterDigest: UInt32 = 0
    var ownership: Ownership
    var hearing = Hearing()
    var listening: Listening?
    var outbox = StateOutbox()
    var recordsOutbox = StateOutbox()
    /// Nil while this node takes no part in choosing who allocates.
    var ownRecords: NodeRecords?
    /// Since when this node allocates, on the cluster's logical clock; 0 while it does not.
    var term: UInt64 = 0
    /// Who allocates.
    var allocator: NodeID?
    var allocationMark: AllocationMark?
    /// What was recorded when this node began to allocate.
    var inherited: [SharedRecord] = []
    /// Grows whenever `allocation` is another.
    public internal(set) var allocationGeneration = 0
    /// Since when nobody is known to allocate.
    var vacantSince: MonotonicTime?
    var nextAllocatorCheck: MonotonicTime?
    /// What hosts that are no members were found to have.
    var conflicts: [AddressConflict] = []
    /// Who sent the datagram that was handed over last; nil when it was dropped.
    public internal(set) var lastSender: NodeName?
    /// When another process last spoke under this node's name.
    var namesakeHeard: MonotonicTime?
    /// Until when heartbeats go as often as before the settings made them fewer, so that every node knows in time.
    var slowsAt: MonotonicTime?
    var formerInterval = Duration.zero
    /// Heartbeats to everyone so far.
    var beats: UInt64 = 0
    var rejections = [Int](repeating: 0, count: Rejection.allCases.count)
    var reasserted: [IPAddress: MonotonicTime] = [:]

    /// Something has changed that others should know at once.
    var isUrgent = true
    var isStateChanged = true
    var isReachChanged = true
    var lastBeat: MonotonicTime?
    var nextBeat: MonotonicTime
    /// No peer is due to be found dead before; nil for none.
    var earliestDeadline: MonotonicTime?
    /// Before then, changes of who is heard wait.
    var reachRest = MonotonicTime.zero
    /// When how a peer is reached changes by time alone.
    var nextReachCheck: MonotonicTime?
    private var pauses = PauseWatch()

    /// - Parameters:
    ///   - incarnation: higher than that of any run of this node before, such as the time in nanoseconds; one that turns
    ///     out not to be is raised.
    ///   - adopted: addresses that the run before has left and the kernel still answers for.
    ///   - name: 1 to 253 octets; of a longer one the rest is dropped.
    public init(
        name: NodeName, incarnation: UInt64, settings: MemberSettings, seal: any HeartbeatSeal,
        eligibility: Eligibility, adopted: Set<IPAddress> = [], at now: MonotonicTime
    ) {
        var text = name.text
        while text.utf8.count > Heartbeat.maximumNameLength { text.removeLast() }
        let name = NodeName(text)
        self.settings = settings
        self.name = name
        id = NodeID(name)
        envelope = Envelope(cluster: settings.cluster, seal: seal)
        self.incarnation = incarnation
        self.eligibility = eligibility
        nextBeat = now
        nextWake = now
        let facts = MemberFacts(id: id, name: name, standing: .settling, subnets: Self.list(eligibility.subnets))
        ownership = Ownership(
            own: facts,
            settings: Ownership.Settings(
                election: settings.election, patience: settings.patience, handoverLimit: settings.handoverLimit,
                retry: settings.retry),
            adopted: adopted)
        // Who has seen no claim yet still claims later than those who have long been there.
        ownership.advanceClock(to: incarnation >> 20)
    }

    static func list(_ subnets: Set<CIDR>) -> [CIDR] {
        Array(subnets.sorted().prefix(NodeState.maximumSubnets))
    }

    var interval: Duration { settings.detection.interval }
    var detectionTime: Duration { settings.detection.detectionTime }

    /// When to hand over `timePassed`, unless another event comes first.
    ///
    /// It is looked at with every frame and datagram, and stands from one event to the next.
    public private(set) var nextWake: MonotonicTime

    private func findNextWake() -> MonotonicTime {
        var next = nextBeat
        if isUrgent, let lastBeat { next = min(next, lastBeat.advanced(by: StateOutbox.pace)) }
        if hasPartsToSend, let burst = outbox.nextBurst { next = min(next, burst) }
        if isReachChanged { next = min(next, reachRest) }
        for time in [
            earliestDeadline, nextReachCheck, listening?.deadline, ownership.nextCheck, nextAllocatorCheck,
        ] {
            if let time { next = min(next, time) }
        }
        return next
    }

    /// Takes an event that happened at `now`, which is never before that of the last call.
    public mutating func handle(_ event: MemberEvent, at now: MonotonicTime) -> [MemberEffect] {
        var effects: [MemberEffect] = []
        notePause(at: now, into: &effects)
        switch event {
        case .received(let datagram):
            let isSealed = receive(datagram, at: now, into: &effects)
            // Nothing follows from what no member sealed, and a flood of it must cost little.
            if !isSealed {
                nextWake = findNextWake()
                if now < nextWake { return effects }
            }
        case .timePassed: break
        case .roster(let names): setRoster(names, at: now, into: &effects)
        case .desired(let added, let removed): ownership.setDesired(added, removed: removed)
        case .eligibility(let value): setEligibility(value, at: now)
        case .draining(let value): setDraining(value)
        case .attached(let address): ownership.markInEffect(address)
        case .attachFailed(let address): noteFailed(address, at: now)
        case .claimHeard(let address): noteClaim(of: address, at: now, into: &effects)
        case .rebalance: ownership.offerExcess(at: now)
        case .settings(let value): configure(value, at: now)
        case .records(let records): setRecords(records)
        case .conflicts(let conflicts): setConflicts(conflicts)
        case .leave: leave(into: &effects, at: now)
        }
        catchUp(at: now, into: &effects)
        nextWake = findNextWake()
        pauses.expectRun(at: nextWake)
        return effects
    }

    /// Does all that follows from what has changed or come due.
    private mutating func catchUp(at now: MonotonicTime, into effects: inout [MemberEffect]) {
        expireSilent(at: now)
        refreshReach(at: now, into: &effects)
        let ended = endListening(at: now)
        decide(at: now, into: &effects)
        if ended?.holdsAnswers == true { effects.append(.resumeAnswers) }
        if ended?.cause == .start { adopt(into: &effects) }
        refreshAllocator(at: now, into: &effects)
        sendDue(at: now, into: &effects)
    }

    /// What this process has slept through is no one's silence; and if it was long, others may hold it for dead.
    private mutating func notePause(at now: MonotonicTime, into effects: inout [MemberEffect]) {
        let late = pauses.lateness(at: now)
        guard late >= interval / 5 else { return }
        for index in peers.indices {
            peers[index].detector.excuse(late >= interval ? detectionTime : interval / 2, at: now)
        }
        guard let lastBeat, lastBeat.duration(to: now) >= shortestPatience - interval / 2, !peers.isEmpty, !hasLeft
        else { return }
        if listening?.holdsAnswers != true { effects.append(.holdAnswers) }
        listen(because: listening?.cause == .start ? .start : .pause, for: detectionTime, at: now)
        listening?.holdsAnswers = true
    }
}
