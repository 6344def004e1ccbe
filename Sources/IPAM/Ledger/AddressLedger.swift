public import NetworkTypes

/// Which addresses belong to which Services, and which are free.
///
/// Feed it what is: the pools, the addresses of nodes, and first of all what Services have on record (`adopt`). Then
/// `allocate` brings each Service to what it asks, as often as wanted: a call without a change does nothing. The same
/// calls give the same addresses, and a ledger built anew from what was held gives everyone the same again. Only rests
/// and conflicts are forgotten by a restart.
public struct AddressLedger: Sendable {
    struct Lease: Sendable {
        /// At most one of each family.
        var addresses: [IPAddress]
        var claims: Claims
    }

    /// Grows whenever a Service that was refused, or got less than it wants, might now fare better.
    public internal(set) var generation: UInt64 = 0

    var layout = PoolLayout()
    var leases: [ServiceKey: Lease] = [:]
    var records: [IPAddress: AddressRecord] = [:]
    var groups = SharingGroups()
    var deadlines = Deadlines()
    /// What each Service let go of and may take back.
    var resting: [ServiceKey: [IPAddress]] = [:]
    /// What each Service does not hold, but its record may name.
    var retired: [ServiceKey: Set<IPAddress>] = [:]
    private var reserved: Set<IPAddress> = []
    private var clusterIPs: Set<IPAddress> = []

    /// No pools, and nothing held.
    public init() {}

    // MARK: - Questions

    /// Every Service that holds an address, in no order.
    public var services: some Collection<ServiceKey> { leases.keys }

    /// As configured.
    public var pools: [Pool] { layout.pools }

    /// From which the cluster gives cluster IPs, as far as is known.
    public var clusterRanges: [AddressRange] { layout.clusterRanges }

    /// The Services on the address, ascending.
    public func holders(of address: IPAddress) -> [ServiceKey] {
        records[address]?.holding?.holders ?? []
    }

    /// What the Service holds, in the order of its families.
    public func addresses(of service: ServiceKey) -> [IPAddress] {
        leases[service]?.addresses ?? []
    }

    /// The pool that the address lies in; nil for none.
    public func pool(of address: IPAddress) -> Pool? {
        layout.pool(of: address)
    }

    /// Whether the address is in no pool that admits the Service.
    public func isOutOfPool(_ address: IPAddress, for request: AddressRequest) -> Bool {
        layout.pool(of: address).map { $0.exclusion(of: request) != nil } ?? true
    }

    /// What becomes of the address now.
    public func standing(of address: IPAddress) -> AddressStanding {
        records[address]?.standing ?? .free
    }

    /// How full the pools are: one entry for each pool and family that has addresses, as configured.
    public var usage: [PoolUsage] { layout.usage }

    /// What Services that ask for nothing special will get next from each pool, at most `count` of each family.
    public func candidates(_ count: Int, inPools isMeant: (Pool) -> Bool) -> [IPAddress] {
        layout.pools.indices.filter { layout.pools[$0].autoAssign && isMeant(layout.pools[$0]) }
            .flatMap { layout.nextFree(in: $0, count: count) }
    }

    /// When `advance(to:)` next has something to do.
    public var nextQuarantineEnd: MonotonicTime? { deadlines.next.flatMap { $0 == Self.never ? nil : $0 } }

    // MARK: - What is given

    /// Replaces the pools; no address moves. Returns the Services to look at again, which may be in or out of a pool now.
    public mutating func configure(pools: [Pool]) -> Set<ServiceKey> {
        guard pools != layout.pools else { return [] }
        let former = layout
        replaceLayout(by: PoolLayout(pools, clusterRanges: layout.clusterRanges))
        return Set(
            leases.filter { $0.value.addresses.contains { situationChanged(of: $0, since: former) } }.map(\.key))
    }

    /// Replaces the ranges from which the cluster gives its Services cluster IPs. No address of them is given any more;
    /// one that a Service has of a pool stays, since that may be as old as the Service.
    public mutating func setClusterRanges(_ ranges: [AddressRange]) {
        guard ranges != layout.clusterRanges else { return }
        replaceLayout(by: PoolLayout(layout.pools, clusterRanges: ranges))
    }

    private mutating func replaceLayout(by new: PoolLayout) {
        layout = new
        for (address, record) in records { layout.move(address, from: .free, to: record.standing) }
        generation &+= 1
    }

    /// Replaces the addresses of nodes and interfaces, which are never handed out. Returns the Services that hold one
    /// of them; `allocate` moves them.
    ///
    /// An address that is on an interface because a Service has it must not be among them.
    public mutating func reserve(_ addresses: Set<IPAddress>) -> Set<ServiceKey> {
        defer { reserved = addresses }
        return mark(addresses, instead: reserved, \.isReserved)
    }

    /// Replaces the addresses that Services have inside the cluster, as `reserve` does those of nodes.
    public mutating func reserveClusterIPs(_ addresses: Set<IPAddress>) -> Set<ServiceKey> {
        defer { clusterIPs = addresses }
        return mark(addresses, instead: clusterIPs, \.isClusterIP)
    }

    private mutating func mark(
        _ addresses: Set<IPAddress>, instead former: Set<IPAddress>, _ mark: WritableKeyPath<AddressRecord, Bool>
    ) -> Set<ServiceKey> {
        for address in former.subtracting(addresses) {
            change(address) { $0[keyPath: mark] = false }
            generation &+= 1
        }
        for address in addresses.subtracting(former) { change(address) { $0[keyPath: mark] = true } }
        return Set(addresses.flatMap { holders(of: $0) })
    }

    /// Lets no Service have an address that another host defends, up to `end`, or until it is cleared when nil. Returns
    /// the Services that hold it; `allocate` moves them.
    public mutating func quarantineConflict(_ address: IPAddress, until end: MonotonicTime?) -> [ServiceKey] {
        endConflict(over: address)
        change(address) { $0.conflict = AddressRecord.Conflict(end: end) }
        if let end { deadlines.insert(Deadlines.Entry(time: end, address: address, kind: .conflict)) }
        return holders(of: address)
    }

    /// Whether another host defends the address, as far as is known.
    public func isConflicted(_ address: IPAddress) -> Bool { records[address]?.conflict != nil }

    /// Ends a conflict; does nothing when there is none.
    public mutating func clearConflict(_ address: IPAddress) {
        guard records[address]?.conflict != nil else { return }
        endConflict(over: address)
        generation &+= 1
    }

    /// Ends the rests and conflicts that are over.
    public mutating func advance(to now: MonotonicTime) {
        for entry in deadlines.removeDue(at: now) {
            switch entry.kind {
            case .rest: endRest(of: entry.address)
            case .conflict: endConflict(over: entry.address)
            }
            generation &+= 1
        }
    }

    /// Takes everything from a Service that is deleted or no longer ours. Its addresses rest as their pools say.
    public mutating func release(_ service: ServiceKey, at now: MonotonicTime) {
        advance(to: now)
        guard let lease = leases[service] else { return }
        settle(service, on: [], lease.claims, at: now)
    }

    private static let never = MonotonicTime(nanoseconds: .max)

    mutating func rest(_ address: IPAddress, after owner: ServiceKey, until end: MonotonicTime) {
        change(address) { $0.rest = AddressRecord.Rest(formerOwner: owner, end: end) }
        deadlines.insert(Deadlines.Entry(time: end, address: address, kind: .rest))
        resting[owner, default: []].append(address)
    }

    private func situationChanged(of address: IPAddress, since former: PoolLayout) -> Bool {
        guard let new = layout.pool(of: address), let old = former.pool(of: address) else { return true }
        return new.isRestricted || old.isRestricted || new.name != old.name
    }
}
