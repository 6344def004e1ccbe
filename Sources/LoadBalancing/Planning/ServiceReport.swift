public import IPAM
public import NetworkTypes

/// One Service as `herald status` shows it.
public struct ServiceReport: Hashable, Sendable {
    /// What the Service has, in one word.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Every address is in effect.
        case announced = "Announced"
        /// It has its addresses; at least one is not in effect.
        case pending = "Pending"
        /// It has no address.
        case refused = "Refused"
    }

    /// One address of the Service, seen from this node.
    public struct Address: Hashable, Sendable {
        /// Held for the Service, though it may not be recorded or announced yet.
        public var address: IPAddress
        /// The pool that holds the address; nil when it is out of every pool.
        public var pool: String?
        /// The node that has it; nil when none is known to.
        public var owner: NodeName?
        /// Where this node announces it.
        public var interface: String?
        /// Since when its state has been so.
        public var since: MonotonicTime?
    }

    /// The Service reported on.
    public var key: ServiceKey
    /// That of the Service as a whole: one address that is not in effect makes it `pending`.
    public var state: State
    /// What the ledger holds for it; empty when it is refused.
    public var addresses: [Address]
    /// Why the state is not `announced`, or what else is worth telling.
    public var obstacle: Obstacle?
}

extension Planner {
    /// Every Service that is ours, in the order of their keys.
    public func reports() -> [ServiceReport] {
        services.keys.sorted().compactMap(report(of:))
    }

    /// Nil for a Service that does not exist or is not ours.
    public func report(of key: ServiceKey) -> ServiceReport? {
        guard let entry = services[key], entry.claimRefusal == nil else { return nil }
        let obstacle = announcementObstacle(of: entry)
        let state: ServiceReport.State =
            if obstacle == nil { .announced } else if entry.held.isEmpty { .refused } else { .pending }
        let note = entry.notes.first.map { Obstacle(reason: $0.reason, sentence: $0.sentence) }
        return ServiceReport(
            key: key, state: state, addresses: entry.held.map(report(of:)), obstacle: obstacle ?? entry.refusal ?? note)
    }

    private func report(of address: IPAddress) -> ServiceReport.Address {
        var report = ServiceReport.Address(address: address, pool: ledger.pool(of: address)?.name)
        guard let effect = effect(on: address) else { return report }
        report.since = effect.since
        switch effect.state {
        case .inEffect(let interface):
            report.owner = settings.node
            report.interface = interface
        case .owned(let node): report.owner = node
        case .pending, .blocked, .conflicted, .conflictOver, .withdrawn: break
        }
        return report
    }

    /// What Services are likely to get next in this mode, at most `count` of each pool and family.
    public func candidates(for mode: Mode, _ count: Int) -> [IPAddress] {
        ledger.candidates(count) { self.mode(ofPool: $0.name) == mode }
    }

    /// How full each pool is.
    public var poolUsage: [PoolUsage] { ledger.usage }
}
