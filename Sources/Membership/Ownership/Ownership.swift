import NetworkTypes

/// Who owns which address, as one node sees it, and what the node does about it.
///
/// Owners are not negotiated. A claim of a member that may own the address stands; an address without such a claim
/// goes to the node that `Assignment` names, which then claims it. Of two claims the later one prevails.
struct Ownership: Sendable {
    struct Settings: Sendable {
        var election = Election.spread
        /// How long the next node waits for one that should claim an address and does not.
        var patience = Duration.milliseconds(200)
        /// How long a planned move may take.
        var handoverLimit = Duration.seconds(2)
        /// How long an address rests that could not be attached.
        var retry = Duration.seconds(5)
    }

    let own: NodeID
    private(set) var settings: Settings
    /// Of members present and past.
    private var names: [NodeID: NodeName]
    /// Ascending by identity; the own node is always among them.
    private(set) var members: [MemberFacts]
    var records: [IPAddress: AddressRecord] = [:]
    /// Of each member, and of the own node.
    private(set) var claims: [NodeID: HeldAddresses] = [:]
    var loads: [NodeID: Int] = [:]
    /// The highest epoch seen in any claim.
    private(set) var clock: UInt64 = 0
    /// Until the desired addresses are known, claims from before the start stand.
    private(set) var isDesireKnown = false
    private(set) var desiredCount = 0
    /// To be looked at again.
    var dirty: Set<IPAddress> = []
    /// Desired, without a claim of a member that may own it.
    var unserved: Set<IPAddress> = []
    var isAssignmentDue = false
    /// Own claims that others are to take, and when that is given up.
    var handovers: [IPAddress: MonotonicTime] = [:]
    /// Addresses that the own node could not attach, and until when it does not try again.
    var blocked: [IPAddress: MonotonicTime] = [:]
    /// Own addresses that another member claims to answer for, too.
    var contested: Set<IPAddress> = []
    /// Claims that this node yielded to though it knows of nothing that entitles to them.
    var concessions: [IPAddress: Concession] = [:]
    /// When `evaluate` has something to do even if nothing changes.
    var nextCheck: MonotonicTime?
    /// Set by each change of the own claims; for the caller to clear.
    var haveOwnClaimsChanged = false
    /// The latest epoch of each member's claims, as far as this evaluation has asked for it.
    var latestEpochs: [NodeID: UInt64] = [:]
    /// When this evaluation was begun.
    var evaluationTime = MonotonicTime.zero

    /// A claim of another member.
    struct Concession: Equatable, Sendable {
        var node: NodeID
        var epoch: UInt64

        init(to claimant: AddressRecord.Claimant) {
            node = claimant.node
            epoch = claimant.claim.epoch
        }
    }

    init(own: MemberFacts, settings: Settings, adopted: Set<IPAddress>) {
        self.own = own.id
        self.settings = settings
        names = [own.id: own.name]
        members = [own]
        // In effect, for the kernel still answers; of the lowest epoch, for whoever took over meanwhile keeps them.
        for address in adopted { setOwnClaim(HeldAddress(address, epoch: 0, isInEffect: true)) }
    }

    /// From now on; an election that is another lays the addresses anew, each by a planned move.
    mutating func configure(_ new: Settings, at now: MonotonicTime) {
        let isOtherElection = new.election != settings.election
        settings = new
        guard isOtherElection else { return }
        dirty.formUnion(records.keys)
        isAssignmentDue = true
        offerExcess(at: now)
    }

    func facts(of node: NodeID) -> MemberFacts? {
        members.first { $0.id == node }
    }

    func name(of node: NodeID) -> NodeName? { names[node] }

    var ownClaims: HeldAddresses { claims[own] ?? HeldAddresses() }
}

// MARK: - What is heard

extension Ownership {
    /// Takes a new member, or new facts about one.
    mutating func setMember(_ facts: MemberFacts) {
        if let index = members.firstIndex(where: { $0.id == facts.id }) {
            guard members[index] != facts else { return }
            members[index] = facts
        } else {
            members.insert(facts, at: members.firstIndex { $0.id > facts.id } ?? members.endIndex)
        }
        names[facts.id] = facts.name
        dirty.formUnion(claims[facts.id]?.sorted.map(\.address) ?? [])
        dirty.formUnion(handovers.keys)
        isAssignmentDue = true
    }

    /// Drops a member with its claims.
    mutating func removeMember(_ node: NodeID) {
        guard node != own, members.contains(where: { $0.id == node }) else { return }
        setClaims(of: node, to: HeldAddresses())
        claims[node] = nil
        members.removeAll { $0.id == node }
        dirty.formUnion(handovers.keys)
        isAssignmentDue = true
    }

    /// Drops a node that will not come back, with its name.
    mutating func forget(_ node: NodeID) {
        removeMember(node)
        names[node] = nil
    }

    mutating func setClaims(of node: NodeID, to held: HeldAddresses) {
        let before = claims[node] ?? HeldAddresses()
        claims[node] = held
        for address in held.differences(from: before) { note(held[address], of: node, for: address) }
    }

    /// Takes changes of what is desired. An address that is desired already gets its new candidates.
    mutating func setDesired(_ added: [DesiredAddress], removed: [IPAddress]) {
        if !isDesireKnown { dirty.formUnion(records.keys) }
        isDesireKnown = true
        for address in removed where records[address]?.isDesired == true {
            desiredCount -= 1
            records[address]?.isDesired = false
            records[address]?.candidates = nil
            concessions[address] = nil
            dirty.insert(address)
        }
        for desired in added {
            var record = records[desired.address] ?? AddressRecord(desired.address)
            if !record.isDesired { desiredCount += 1 }
            record.isDesired = true
            record.candidates = desired.candidates.map { Set($0.map(NodeID.init)) }
            records[desired.address] = record
            concessions[desired.address] = nil
            dirty.insert(desired.address)
        }
    }

    mutating func advanceClock(to epoch: UInt64) {
        clock = max(clock, epoch)
    }

    private mutating func note(_ claim: HeldAddress?, of node: NodeID, for address: IPAddress) {
        records[address, default: AddressRecord(address)].setClaim(of: node, to: claim)
        dirty.insert(address)
        if let claim { advanceClock(to: claim.epoch) }
    }
}

// MARK: - Own claims

extension Ownership {
    mutating func setOwnClaim(_ claim: HeldAddress) {
        claims[own, default: HeldAddresses()].insert(claim)
        note(claim, of: own, for: claim.address)
        haveOwnClaimsChanged = true
    }

    mutating func dropOwnClaim(_ address: IPAddress) {
        claims[own]?.remove(address)
        note(nil, of: own, for: address)
        handovers[address] = nil
        haveOwnClaimsChanged = true
    }

    /// The own node answers for the address now, unless it has released it meanwhile.
    mutating func markInEffect(_ address: IPAddress) {
        guard var claim = claims[own]?[address], !claim.isInEffect else { return }
        claim.isInEffect = true
        setOwnClaim(claim)
    }

    /// The own node cannot have the address for some time.
    mutating func block(_ address: IPAddress, at now: MonotonicTime) {
        dropOwnClaim(address)
        blocked[address] = now.advanced(by: settings.retry)
    }

    /// An epoch later than all that are known.
    func nextEpoch() -> UInt64 {
        clock == .max ? .max : clock + 1
    }
}
