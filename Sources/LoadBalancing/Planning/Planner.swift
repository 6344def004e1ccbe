public import IPAM
public import NetworkTypes

/// Says what should be, given what is: which Service has which addresses, what this node's announcers should announce,
/// and what should be written about each Service.
///
/// It is a value without I/O. Inputs only replace facts and mark what they touch; `plan(at:)` then works through what is
/// marked, so that one change costs the same among ten Services and ten thousand. A planner that was fed the same facts
/// in another order, or anew after a restart, comes to the same plan, because decisions rest on what is recorded.
public struct Planner: Sendable {
    /// Those in force; `configure(_:)` replaces them.
    public internal(set) var settings: PlannerSettings
    var ledger = AddressLedger()
    var services = PlannedServices()
    var namespaces: [String: [String: String]] = [:]
    /// What became of announcements, by the mode of the announcer that says so.
    var effects: [Mode: [IPAddress: EffectRecord]] = [:]
    var wanted: [IPAddress: Wanted] = [:]
    var announcements: [Mode: AnnouncementSet] = [:]
    /// Until when writes of records that were replaced since may still arrive.
    var lateWrites: [ServiceKey: MonotonicTime] = [:]
    /// Until when records stand that someone took off.
    var lostRecords: [ServiceKey: MonotonicTime] = [:]

    /// When to look at the status of a Service again though nothing happens by then.
    var statusWakes: [ServiceKey: MonotonicTime] = [:]
    /// When to tell of new Services what may have been only a beginning.
    var troubleWakes: [ServiceKey: MonotonicTime] = [:]
    /// The nodes that can be expected to write statuses.
    var statusWriters: Set<NodeName> = []
    /// All nodes of the cluster that are known.
    var nodeCount = 0

    var dirtyServices: Set<ServiceKey> = []
    var dirtyAddresses: Set<IPAddress> = []
    /// Services to say something about though nothing about their addresses changed.
    var unreported: Set<ServiceKey> = []
    /// Whether the cluster IPs in pools may be others than the ledger knows.
    var areClusterIPsNews = true
    /// Services that asked in vain, to be tried again when addresses become free.
    var refused: Set<ServiceKey> = []
    /// The ledger's generation when they were last tried.
    var triedGeneration: UInt64 = 0
    var isSynchronised = false
    var hasAdopted = false

    /// Whether this node is the one that allocates. Others follow the records.
    public private(set) var isAllocator: Bool

    /// Whether each node has statuses of its own to write.
    private(set) var keepsStatus = false
    /// Why a Service without a record has no address while another node allocates.
    private(set) var waiting = Planner.standardWaiting

    private static let standardWaiting = Obstacle(
        reason: "AwaitingAllocation", sentence: "the node that allocates has not given it an address yet")

    /// How long a conflicted address is left alone before it may be given again.
    static let conflictRest = Duration.seconds(600)

    /// How long a write that is under way when it is replaced may take until it arrives, or never does.
    static let longestWrite = Duration.seconds(60)

    /// The state of an announcement and since when it has been so.
    struct EffectRecord: Sendable {
        var state: AnnouncementEffect.State
        var since: MonotonicTime
    }

    struct Wanted: Hashable, Sendable {
        var mode: Mode
        var announcement: Announcement
    }

    /// Without facts: nothing is planned until they have come and `sourceIsSynchronised()` was called.
    public init(settings: PlannerSettings, isAllocator: Bool) {
        self.settings = settings
        self.isAllocator = isAllocator
        _ = ledger.configure(pools: settings.pools.map(\.pool))
    }
}

// MARK: - Facts

extension Planner {
    /// Takes in a Service as it is now.
    public mutating func set(_ service: LoadBalancerService, at now: MonotonicTime) {
        let key = service.key
        var former = services[key]
        if let old = former, old.service.uid != service.uid {
            remove(key, at: now)
            former = nil
        }
        endLostRecords(for: service, at: now)
        take(keepingRecord(of: service, insteadOf: former, at: now), insteadOf: former, at: now)
    }

    /// `former` is what is known under its UID.
    mutating func take(_ service: LoadBalancerService, insteadOf former: PlannedService?, at now: MonotonicTime) {
        let key = service.key
        noteClusterIPs(of: service, insteadOf: former?.service)
        var entry = former ?? PlannedService(service: service, firstSeen: now)
        entry.service = service
        entry.lastOutcome = nil
        services[key] = entry
        dirtyAddresses.formUnion(entry.held)
        retire(entry, at: now)
        dirtyServices.insert(key)
    }

    /// The Service no longer exists.
    public mutating func remove(_ key: ServiceKey, at now: MonotonicTime) {
        guard let entry = services.remove(key) else { return }
        noteClusterIPs(of: nil, insteadOf: entry.service)
        dirtyAddresses.formUnion(ledger.addresses(of: key))
        ledger.release(key, at: now)
        ledger.retire([], of: AddressRequest(service: entry.service.key), at: now)
        lateWrites[key] = nil
        lostRecords[key] = nil
        statusWakes[key] = nil
        troubleWakes[key] = nil
        dirtyServices.remove(key)
        refused.remove(key)
        unreported.remove(key)
    }

    /// Takes in a namespace's labels; nil when it is gone. Its Services are looked at again.
    public mutating func setNamespace(_ name: String, labels: [String: String]?) {
        guard namespaces[name] != labels else { return }
        namespaces[name] = labels
        dirtyServices.formUnion(services.keys.filter { $0.namespace == name })
    }

    /// Everything that exists has been set: from now on plans are made.
    public mutating func sourceIsSynchronised() {
        isSynchronised = true
    }

    /// Replaces the settings. Live addresses stay; every Service is looked at again.
    public mutating func configure(_ settings: PlannerSettings) {
        guard settings != self.settings else { return }
        self.settings = settings
        _ = ledger.configure(pools: settings.pools.map(\.pool))
        areClusterIPsNews = true
        lookAtEverythingAgain()
    }

    /// Makes this node the allocator, or relieves it; then `waiting` says why a Service without a record has no address.
    ///
    /// - Parameter keepsStatus: the statuses that this node writes are its own, and no other node writes them.
    public mutating func setAllocator(_ isAllocator: Bool, waiting: Obstacle? = nil, keepsStatus: Bool = false) {
        self.keepsStatus = keepsStatus
        let waiting = waiting ?? Self.standardWaiting
        if waiting != self.waiting {
            self.waiting = waiting
            unreported.formUnion(services.keys)
        }
        guard isAllocator != self.isAllocator else { return }
        self.isAllocator = isAllocator
        hasAdopted = false
        lateWrites = [:]
        for key in services.keys {
            services[key]?.lastRecord = nil
            services[key]?.replacedRecords = []
        }
        lookAtEverythingAgain()
    }

    /// Replaces the addresses of nodes and interfaces, which are never handed out.
    public mutating func reserve(_ addresses: Set<IPAddress>) {
        dirtyServices.formUnion(ledger.reserve(addresses))
    }

    /// Takes in what became of an announcement, from the announcer of `mode`. While an address moves from one mode to
    /// another, both tell of it.
    public mutating func observe(_ effect: AnnouncementEffect, from mode: Mode, at now: MonotonicTime) {
        let address = effect.address
        guard effects[mode]?[address]?.state != effect.state else { return }
        switch effect.state {
        case .conflictOver, .withdrawn: effects[mode]?[address] = nil
        case .inEffect, .owned, .pending, .blocked, .conflicted:
            effects[mode, default: [:]][address] = EffectRecord(state: effect.state, since: now)
        }
        switch effect.state {
        case .conflicted:
            dirtyServices.formUnion(
                ledger.quarantineConflict(address, until: now.advanced(by: Self.conflictRest)))
        // A node of ours has it: whoever was taken for another host is none, or is gone.
        case .inEffect, .owned, .conflictOver: endConflict(over: address)
        case .pending, .blocked, .withdrawn: break
        }
        unreported.formUnion(ledger.holders(of: address))
    }

    private mutating func endConflict(over address: IPAddress) {
        guard ledger.isConflicted(address) else { return }
        ledger.clearConflict(address)
        dirtyServices.formUnion(ledger.holders(of: address))
    }

    /// What became of the announcement that is wanted for an address; nil while nothing is known, or none is wanted.
    func effect(on address: IPAddress) -> EffectRecord? {
        wanted[address].flatMap { effects[$0.mode]?[address] }
    }

    mutating func lookAtEverythingAgain() {
        dirtyServices.formUnion(services.keys)
        dirtyAddresses.formUnion(wanted.keys)
        for key in services.keys { services[key]?.lastOutcome = nil }
    }
}
