public import Announcing
import IPAM
import LoadBalancing
import NetworkTypes

// How several nodes with the same manifests come to the same addresses: one of them allocates, and the others have what
// it has recorded.
extension DirectorySource {
    /// Takes in who allocates, and what that node has recorded; for a source that was made to be shared.
    public func follow(_ allocation: SharedAllocation) {
        guard isShared, allocation != self.allocation else { return }
        let before = self.allocation
        self.allocation = allocation
        areRecordsNews = true
        if allocation.allocator == .own {
            if before.allocator != .own { inherited = allocation.records ?? [:] }
        } else {
            inherited = [:]
        }
        var facts = serviceFacts(changes(from: before, to: allocation))
        facts[.allocation] = .allocation(isOwn: allocation.allocator == .own, waiting: waiting, keepsStatus: true)
        changes.post(facts)
        noteMissing(at: now)
        bellRope.yield()
    }

    /// Services whose record may be another.
    private func changes(from before: SharedAllocation, to after: SharedAllocation) -> Set<ServiceKey> {
        guard before.allocator == after.allocator, let old = before.records, let new = after.records else {
            return Set(posted.keys)
        }
        return Set(posted.keys.filter { old[$0] != new[$0] })
    }

    private var waiting: Obstacle? {
        switch allocation.allocator {
        case .own: nil
        case .node(let name):
            Obstacle(
                reason: "AwaitingAllocation",
                sentence: "node \(name) allocates and has given it no address yet; see there why, by herald explain")
        case .unknown(let obstacle): obstacle
        }
    }

    /// What the Service has: what is recorded where the addresses are given, or here where nothing is known of that.
    func record(of key: ServiceKey) -> [IPAddress] {
        let own = store[key]?.record ?? []
        return switch allocation.allocator {
        case .own: inherited[key]?.addresses ?? own
        case .node: allocation.records?[key]?.addresses ?? own
        case .unknown: own
        }
    }

    /// Why the node that allocates gave the Service no address, in its own words.
    func refusal(of key: ServiceKey) -> Obstacle? {
        switch allocation.allocator {
        case .node: allocation.records?[key]?.obstacle
        case .own, .unknown: nil
        }
    }

    /// Whether what the allocating node recorded of the Service is other than what is recorded here. While something is to be
    /// written of the Service anyway, it is not; that is looked at when it is done.
    func isUnkept(_ key: ServiceKey) -> Bool {
        guard case .node = allocation.allocator, let record = allocation.records?[key], !pending.contains(key) else {
            return false
        }
        return record.addresses != store[key]?.record ?? []
    }

    /// Has what the allocating node recorded written here, too: this node may be the one that allocates next.
    func keepRecords() {
        defer { unkept = [] }
        for key in unkept where isUnkept(key) {
            guard let service = manifests.service(key) else { continue }
            pending.add(.apply(ServiceOutcome(key: key, uid: service.uid)), for: key, isUrgent: false)
        }
    }

    /// What the planner has taken up is recorded here now.
    func forgetInherited(_ tasks: some Sequence<(key: ServiceKey, value: PendingOutcomes.Task)>) {
        guard !inherited.isEmpty else { return }
        for (key, task) in tasks {
            if case .apply(let outcome) = task, outcome.record != nil { inherited[key] = nil }
        }
    }

    /// Tells the other nodes what is recorded here, of every Service that has a manifest here.
    func shareRecords() {
        // Every record is looked at: once for a burst of them, and not for what only informs.
        guard isShared, isSynchronised, areRecordsNews, !pending.hasUrgent else { return }
        areRecordsNews = false
        var records: [ServiceKey: SharedAllocation.Record] = [:]
        for key in posted.keys {
            let addresses = record(of: key)
            records[key] = SharedAllocation.Record(addresses, obstacle: addresses.isEmpty ? ownRefusal(of: key) : nil)
        }
        guard records != shared else { return }
        shared = records
        recordFeed.yield(records)
    }

    private func ownRefusal(of key: ServiceKey) -> Obstacle? {
        guard allocation.allocator == .own else { return nil }
        let statement = store[key]?.statements.first { $0.condition.kind == .allocated && !$0.condition.isTrue }
        return statement.map { Obstacle(reason: $0.condition.reason, sentence: $0.condition.message) }
    }

    // MARK: - Different manifests

    /// Notes which Services the node that allocates does not know.
    func noteMissing(at now: MonotonicTime) {
        areServicesNews = false
        guard case .node = allocation.allocator, let records = allocation.records else { return missingSince = [:] }
        missingSince = missingSince.filter { records[$0.key] == nil && posted[$0.key] != nil }
        for key in posted.keys where records[key] == nil && missingSince[key] == nil { missingSince[key] = now }
    }

    /// When a Service has been missing for long enough to tell.
    var nextMissing: MonotonicTime? {
        missingSince.values.map { $0.advanced(by: timing.manifestPatience) }.filter { $0 > lastPass }.min()
    }

    /// A sentence for each Service that the node that allocates does not know.
    func missingSentences(at now: MonotonicTime) -> [String] {
        guard case .node(let name) = allocation.allocator else { return [] }
        return missingSince.filter { $0.value.duration(to: now) >= timing.manifestPatience }.keys.sorted().map { key in
            "node \(name), which allocates, has no manifest of Service \(key), so that it gets no address; put the same "
                + "manifests on every node"
        }
    }
}
