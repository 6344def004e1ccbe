import Announcing
import Configuration
import HashTreeCollections
import LoadBalancing
import Membership
import Netlink
import NetworkTypes

/// Decides, together with the other nodes, which addresses this node announces, and what it does for them on the wire.
///
/// Joins a `Member`, which knows whose addresses are whose, to a `Speaker`, which announces those that are this node's.
/// A value without I/O: feed it facts, perform the effects it returns, in order.
struct Custody: Sendable {
    enum Effect: Equatable, Sendable {
        /// Never a report, nor the claim of a member.
        case wire(Speaker.Effect)
        case send([UInt8], to: MemberEffect.Recipients)
        /// The datagram just taken in came from a node that is not in the roster.
        case learned(NodeName)
        case forgotten(NodeName)
        case report(IPAddress, AnnouncementEffect.State)
        /// Who allocates is another, or has recorded something else.
        case allocation(SharedAllocation)
        case note(Note)
    }

    /// What people may want to read in the log.
    enum Note: Equatable, Sendable {
        case memberChanged(NodeName, Reach)
        case claimed([IPAddress: ClaimReason])
        case released([IPAddress: ReleaseReason])
        /// The process did not run for some time, and asks the others before it goes on.
        case paused
        case resumed
        /// A node that is not heard was heard to announce an address of this one; whether this one yields.
        case contested(IPAddress, by: NodeName, yields: Bool)
        case conflicted(IPAddress, MACAddress, interface: String)
        /// A host that is none of ours used an address of this node once, which was announced again.
        case defended(IPAddress, MACAddress, interface: String)
    }

    /// Who else was heard to have an address.
    struct Rival: Equatable, Sendable {
        var station: MACAddress
        /// Nil for a host that is none of ours.
        var node: NodeName?
        var interface: String
        var time: MonotonicTime

        /// When a node that is not heard is no longer taken to have the address.
        var limit: MonotonicTime? { node.map { _ in time.advanced(by: Custody.rivalMemory) } }
    }

    let node: NodeName
    var roster: NodeRoster
    private(set) var settings: ARPSettings
    private let seal: any HeartbeatSeal
    private let incarnation: UInt64
    var speaker: Speaker { didSet { isSpeakerWakeKnown = false } }
    /// When the speaker has something to do next, as it was found last: it looks at every address in work.
    private var knownSpeakerWake: MonotonicTime?
    private var isSpeakerWakeKnown = false
    var member: Member?
    /// Checks of this node whose first result is to come; nothing is begun before.
    private var untriedChecks: Set<String>
    /// Why there can be no membership though there are other nodes.
    private(set) var membershipObstacle: Obstacle?
    /// What is desired, by address; nil before the first time.
    private(set) var wanted: [IPAddress: Announcement] = [:]
    private var desired: AnnouncementSet?
    private var unixTime: Int64 = 0
    private var isDrainAsked = false
    private var isEnding = false
    /// Until the member has been told for the first time what is desired.
    private(set) var isFirstRound = true
    private var eligibility = Eligibility(subnets: [])

    /// What an earlier process left and this node neither goes on with yet nor has given up.
    var adopted: Set<IPAddress> = []
    /// What this node claims and the speaker has; some of it may not be desired yet, after a restart.
    var claims: [IPAddress: ClaimReason] = [:]
    var placed = AnnouncementSet()
    /// What stood in the way the last time that this node claimed an address.
    var failures: [IPAddress: Obstacle] = [:]
    var rivals: [IPAddress: Rival] = [:]
    /// Stations that may yet turn out to be nodes, by the address that they have.
    var strangers: [IPAddress: Stranger] = [:]
    /// Stations that were told to be none of ours, by address.
    var verdicts: [IPAddress: MACAddress] = [:]
    /// Nodes that were not heard when this one began to listen, for that may be its own fault: who knows what they have.
    var unheard: Set<NodeName> = []
    var spoken: [IPAddress: AnnouncementEffect.State] = [:]
    var reported: [IPAddress: AnnouncementEffect.State] = [:]
    /// Addresses that no node has, though there are others, and until when it is waited for one of them before that is told.
    var ownerless: [IPAddress: MonotonicTime] = [:]
    /// The generation of the members' hardware addresses that the speaker knows.
    var knownStations = 0
    /// Addresses whose state may be another than was reported.
    var touched: Set<IPAddress> = []
    /// What this node has recorded; nil where another place keeps it.
    var records: [SharedRecord]?
    var toldAllocation: SharedAllocation?
    var knownAllocation = AllocationMark()
    /// What members were told of hosts that have addresses of ours, and what they tell.
    var sharedConflicts: [AddressConflict] = []
    var foreignConflicts: Set<IPAddress> = []
    var knownConflicts = 0

    /// - Parameter incarnation: higher than that of any run before, such as the time in nanoseconds.
    init(
        node: NodeName, settings: ARPSettings, membership: MembershipSettings, seal: any HeartbeatSeal,
        incarnation: UInt64, checks: Set<String> = []
    ) {
        untriedChecks = checks
        self.node = node
        self.settings = settings
        self.seal = seal
        self.incarnation = incarnation
        roster = NodeRoster(node: node, membership: membership)
        speaker = Speaker(settings: settings, seed: incarnation)
    }

    /// When to call `advance(to:)` next.
    var nextWake: MonotonicTime? {
        mutating get {
            let stranger = strangers.values.lazy.map(\.limit).min()
            let rival = rivals.values.lazy.compactMap(\.limit).min()
            return [member?.nextWake, speakerWake, ownerless.values.min(), stranger, rival].compactMap { $0 }.min()
        }
    }

    private var speakerWake: MonotonicTime? {
        mutating get {
            if !isSpeakerWakeKnown { knownSpeakerWake = speaker.nextWake }
            isSpeakerWakeKnown = true
            return knownSpeakerWake
        }
    }

    /// Whether this node has nothing left that another could take over.
    var isHandedOver: Bool {
        guard let member else { return true }
        return member.hasNoClaims || !member.hasSuccessors
    }
}

// MARK: - Inputs

extension Custody {
    /// Replaces what should be announced by some node.
    mutating func want(_ set: AnnouncementSet, at now: MonotonicTime) -> [Effect] {
        let former = desired ?? AnnouncementSet()
        let added = set.subtracting(former)
        let kept = Set(added.map(\.address))
        let removed = former.subtracting(set).map(\.address).filter { !kept.contains($0) }
        desired = set
        for address in removed { forget(address) }
        for announcement in added { wanted[announcement.address] = announcement }
        touched.formUnion(kept)
        touched.formUnion(removed)
        guard member != nil else { return start(at: now) + settle(at: now) }
        return handle(.desired(added.map(Self.desiredAddress), removed: removed), at: now) + settle(at: now)
    }

    /// Takes in the nodes of the cluster.
    mutating func setNodes(_ nodes: [NodeName: NodeFacts], unixTime: Int64, at now: MonotonicTime) -> [Effect] {
        roster.nodes = nodes
        return rosterChanged(unixTime: unixTime, at: now)
    }

    /// Looks again whether this node may own addresses, which time alone can change.
    mutating func look(unixTime: Int64, at now: MonotonicTime) -> [Effect] {
        self.unixTime = unixTime
        return updateEligibility(at: now) + settle(at: now)
    }

    /// A check of this node fails, for the reason given, or no longer.
    mutating func setCheck(_ name: String, failure: String?, at now: MonotonicTime) -> [Effect] {
        untriedChecks.remove(name)
        roster.failingChecks[name] = failure
        guard member != nil else { return start(at: now) + settle(at: now) }
        return updateEligibility(at: now) + settle(at: now)
    }

    /// Heartbeats can be sent, or the reason why not.
    mutating func setMembershipObstacle(_ obstacle: Obstacle?, at now: MonotonicTime) -> [Effect] {
        guard obstacle != membershipObstacle else { return [] }
        membershipObstacle = obstacle
        touched.formUnion(wanted.keys)
        return start(at: now) + settle(at: now)
    }

    /// Takes in the host's links and addresses. What can be served no longer is handed over before it is removed, and
    /// what can be served from now on is placed after.
    mutating func setNetwork(_ state: NetworkState, at now: MonotonicTime) -> [Effect] {
        let serves = Self.eligibility(in: state, settings: settings)
        if !serves.subnets.subtracting(eligibility.subnets).isEmpty { noteUnheard() }
        let isLoss = !eligibility.subnets.subtracting(serves.subnets).isEmpty
        eligibility = Eligibility(
            subnets: serves.subnets, stations: serves.stations, isExcluded: eligibility.isExcluded)
        touchUnclaimed()
        if isLoss {
            let effects = handle(.eligibility(eligibility), at: now)
            return effects + speak(at: now) { $0.setNetwork(state, at: now) } + settle(at: now)
        }
        let effects = speak(at: now) { $0.setNetwork(state, at: now) }
        guard member != nil else { return effects + start(at: now) + settle(at: now) }
        return effects + handle(.eligibility(eligibility), at: now) + settle(at: now)
    }

    /// Replaces the settings.
    mutating func configure(_ settings: ARPSettings, at now: MonotonicTime) -> [Effect] {
        let isOtherElection = settings.election != self.settings.election
        self.settings = settings
        let moves = isOtherElection ? handle(.settings(memberSettings), at: now) : []
        return moves + reconfigureSpeaker(at: now)
    }

    private mutating func reconfigureSpeaker(at now: MonotonicTime) -> [Effect] {
        let settings = settings
        let effects = speak(at: now) { $0.configure(settings, at: now) }
        guard let network = speaker.network else { return effects + settle(at: now) }
        let serves = Self.eligibility(in: network, settings: settings)
        eligibility = Eligibility(
            subnets: serves.subnets, stations: serves.stations, isExcluded: eligibility.isExcluded)
        return effects + updateEligibility(at: now) + settle(at: now)
    }

    /// Replaces how the other nodes are known and reached.
    mutating func setMembership(
        _ membership: MembershipSettings, unixTime: Int64, at now: MonotonicTime
    ) -> [Effect] {
        roster.membership = membership
        let effects = handle(.settings(memberSettings), at: now)
        return effects + rosterChanged(unixTime: unixTime, at: now)
    }

    /// Takes in what this node has recorded; from then on the nodes choose one that allocates.
    mutating func setRecords(_ records: [SharedRecord], at now: MonotonicTime) -> [Effect] {
        self.records = records
        return handle(.records(records), at: now) + settle(at: now)
    }

    /// Takes a datagram from another node.
    mutating func received(datagram: ArraySlice<UInt8>, at now: MonotonicTime) -> [Effect] {
        handle(.received(datagram), at: now) + settle(at: now)
    }

    /// Takes frames that an interface received. A process that has slept learns so before it answers one.
    mutating func received(_ frames: [[UInt8]], on link: LinkIndex, at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        if let due = member?.nextWake, due <= now { effects = handle(.timePassed, at: now) }
        for frame in frames { effects += speak(at: now) { $0.received(frame, on: link, at: now) } }
        return effects + settle(at: now)
    }

    /// Does what is due.
    mutating func advance(to now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        if let due = member?.nextWake, due <= now { effects = handle(.timePassed, at: now) }
        for (address, limit) in ownerless where limit <= now { touched.insert(address) }
        forgetRivals(at: now)
        // Most turns are for a heartbeat alone.
        if let due = speakerWake, due <= now { effects += speak(at: now) { $0.advance(to: now) } }
        return effects + settle(at: now)
    }

    /// Hands an input to the speaker that concerns it alone.
    mutating func tell(at now: MonotonicTime, _ input: (inout Speaker) -> [Speaker.Effect]) -> [Effect] {
        speak(at: now, input) + settle(at: now)
    }

    /// Hands over what this node has, or takes its part again.
    mutating func drain(_ isAsked: Bool, at now: MonotonicTime) -> [Effect] {
        isDrainAsked = isAsked
        return updateDraining(at: now) + settle(at: now)
    }

    /// Offers to others what this node has above its share.
    mutating func rebalance(at now: MonotonicTime) -> [Effect] {
        handle(.rebalance, at: now) + settle(at: now)
    }

    /// Begins to leave: everything is to be handed over.
    mutating func beginEnd(at now: MonotonicTime) -> [Effect] {
        isEnding = true
        return updateDraining(at: now) + settle(at: now)
    }

    /// Lets go of everything that is left, and says so to the others.
    mutating func leave(at now: MonotonicTime) -> [Effect] {
        let effects = handle(.leave, at: now) + speak(at: now) { $0.withdrawAll() } + settle(at: now)
        member = nil
        return effects
    }

    /// Whether this node hands over what it has, at whosever wish.
    var isDraining: Bool { isDrainAsked || isEnding || roster.isDraining }
}

// MARK: - The member

extension Custody {
    /// Begins once all that a beginning needs is known.
    private mutating func start(at now: MonotonicTime) -> [Effect] {
        guard member == nil, !isEnding, untriedChecks.isEmpty, let desired, let network = speaker.network,
            roster.nodes != nil || !roster.membership.peers.isEmpty, roster.others.isEmpty || membershipObstacle == nil
        else { return [] }
        // What lives on the loopback interface is not announced from there by ARP.
        let left = network.ownAddresses.filter { network.links[$0.link]?.isLoopback != true }
        adopted = Set(left.map(\.address))
        member = Member(
            name: node, incarnation: incarnation, settings: memberSettings, seal: seal,
            eligibility: currentEligibility, adopted: adopted, at: now)
        var effects = updateDraining(at: now)
        if let records { effects += handle(.records(records), at: now) }
        effects += handle(.desired(desired.map(Self.desiredAddress), removed: []), at: now)
        unheard = Set(roster.others)
        effects += handle(.roster(roster.others), at: now)
        isFirstRound = false
        return effects
    }

    private mutating func rosterChanged(unixTime: Int64, at now: MonotonicTime) -> [Effect] {
        self.unixTime = unixTime
        touchUnclaimed()
        guard member != nil else { return start(at: now) + settle(at: now) }
        guard roster.others.isEmpty || membershipObstacle == nil else { return settle(at: now) }
        var effects = handle(.roster(roster.others), at: now)
        effects += updateEligibility(at: now) + updateDraining(at: now)
        return effects + settle(at: now)
    }

    private var memberSettings: MemberSettings {
        let detection = FailureDetector.Settings(
            interval: roster.membership.interval, missed: roster.membership.missed)
        return MemberSettings(
            cluster: 0, detection: detection, election: settings.election == .spread ? .spread : .leader)
    }

    private var currentEligibility: Eligibility {
        var current = eligibility
        current.isExcluded = roster.isExcluded(by: rule, at: unixTime)
        return current
    }

    private mutating func updateEligibility(at now: MonotonicTime) -> [Effect] {
        let current = currentEligibility
        if current != eligibility { touchUnclaimed() }
        eligibility = current
        return handle(.eligibility(current), at: now)
    }

    private mutating func updateDraining(at now: MonotonicTime) -> [Effect] {
        handle(.draining(isDraining), at: now)
    }

    /// From now on, what nodes had that are not heard now is asked about before it is taken.
    mutating func noteUnheard() {
        unheard = Set(roster.others.filter { member?.reach(of: $0)?.isMember != true })
    }

    mutating func touchUnclaimed() {
        touched.formUnion(wanted.keys.filter { claims[$0] == nil })
    }

    private mutating func forget(_ address: IPAddress) {
        wanted[address] = nil
        failures[address] = nil
        rivals[address] = nil
        strangers[address] = nil
    }

    var rule: NodeEligibility { NodeEligibility(selector: settings.nodes.selector) }
    var time: Int64 { unixTime }

    private static func desiredAddress(_ announcement: Announcement) -> DesiredAddress {
        switch announcement.candidates {
        case .everyNode: DesiredAddress(announcement.address)
        case .nodes(let names): DesiredAddress(announcement.address, candidates: names)
        }
    }
}
