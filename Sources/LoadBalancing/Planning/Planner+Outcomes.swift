import IPAM
import NetworkTypes

extension Planner {
    /// Says what changed about Services whose addresses or announcements were touched.
    mutating func report(into plan: inout Plan, at now: MonotonicTime) {
        let keys = unreported.sorted()
        unreported = []
        for key in keys {
            guard var entry = services[key] else { continue }
            let outcome = outcome(for: &entry, at: now)
            let hash = outcome.hashValue
            if hash != entry.lastOutcome {
                (entry.lastOutcome, entry.statedIngress) = (hash, outcome.ingress)
                handOut(outcome.record, &entry, at: now)
                plan.outcomes.append(outcome)
            }
            let told = facts(of: entry, at: now)
            plan.events += events(from: entry.told, to: told, of: entry)
            entry.told = told
            services[key] = entry
        }
    }

    /// A write that is under way when a newer one replaces it may arrive all the same, and be seen late.
    private mutating func handOut(_ record: [IPAddress]?, _ entry: inout PlannedService, at now: MonotonicTime) {
        if let last = entry.lastRecord, last != record,
            last != entry.service.recordedAddresses || !entry.replacedRecords.isEmpty
        {
            entry.replacedRecords.formUnion(last)
            lateWrites[entry.service.key] = now.advanced(by: Self.longestWrite)
        }
        entry.lastRecord = record
    }

    private mutating func outcome(for entry: inout PlannedService, at now: MonotonicTime) -> ServiceOutcome {
        let service = entry.service
        var outcome = ServiceOutcome(key: service.key, uid: service.uid)
        guard entry.claimRefusal == nil else {
            statusWakes[service.key] = nil
            entry.speaksOfStatus = isAllocator
            // A Service that was never ours is not touched at all.
            if isAllocator, service.carriesTraces {
                outcome.record = []
                outcome.ingress = []
                outcome.conditions = []
            }
            return outcome
        }
        var conditions: [Condition] = []
        if isAllocator {
            outcome.record = entry.held
            conditions.append(allocated(entry))
        } else {
            let conflicts = service.recordedAddresses.filter { ledger.isConflicted($0) }
            outcome.conflicts = conflicts.isEmpty ? nil : conflicts
        }
        switch statusDuty(of: &entry, at: now) {
        case .silence: break
        case .state:
            let stated = statedAddresses(of: entry)
            outcome.ingress = stated
            // The first who writes the status saves the allocator a write of its own.
            if !isAllocator, service.writtenAllocated == nil, entry.refusal == nil {
                conditions.append(allocated(entry))
            }
            conditions.append(announced(entry, besides: isShared(entry) ? stated : []))
        case .doubt: conditions.append(announced(entry))
        case .clear:
            outcome.ingress = []
            conditions.append(announced(entry))
        }
        outcome.conditions = conditions.isEmpty ? nil : conditions
        return outcome
    }

    func isInEffectHere(_ address: IPAddress) -> Bool {
        if case .inEffect = effect(on: address)?.state { true } else { false }
    }

    /// What some node announces, in the Service's order of families, as `status.loadBalancer.ingress` wants them: none of
    /// a Service that no node could serve, though another that shares the address may have it announced.
    func addressesInEffect(of entry: PlannedService) -> [IPAddress] {
        guard isServable(entry) else { return [] }
        let inEffect = entry.recorded.filter { address in
            switch effect(on: address)?.state {
            case .inEffect, .owned: true
            case .pending, .blocked, .conflicted, .conflictOver, .withdrawn, nil: false
            }
        }
        return ordered(inEffect, for: entry.service)
    }

    /// In the Service's order of families.
    func ordered(_ addresses: [IPAddress], for service: LoadBalancerService) -> [IPAddress] {
        let families = service.ipFamilies
        func rank(_ address: IPAddress) -> Int { families.firstIndex(of: address.family) ?? families.count }
        return addresses.sorted { (rank($0), $0) < (rank($1), $1) }
    }

    private func allocated(_ entry: PlannedService) -> Condition {
        let generation = entry.service.generation
        func condition(_ isTrue: Bool, _ reason: String, _ message: String) -> Condition {
            Condition(
                kind: .allocated, isTrue: isTrue, reason: reason, message: message, observedGeneration: generation)
        }
        switch (entry.held.isEmpty, entry.refusal) {
        case (true, let refusal?): return condition(false, refusal.reason, refusal.sentence)
        case (true, nil):
            return condition(false, waiting.reason, waiting.sentence)
        case (false, let refusal?):
            return condition(true, refusal.reason, AllocatedMessage.keeps(entry.held, because: refusal.sentence))
        case (false, nil):
            let note = entry.notes.first
            return condition(
                true, note?.reason ?? "AddressAllocated", AllocatedMessage.has(entry.held, besides: note?.sentence))
        }
    }

    private func announced(_ entry: PlannedService, besides others: [IPAddress] = []) -> Condition {
        let obstacle = announcementObstacle(of: entry, besides: others)
        return Condition(
            kind: .announced, isTrue: obstacle == nil, reason: obstacle?.reason ?? "Announced",
            message: obstacle?.sentence ?? announcedMessage(entry), observedGeneration: entry.service.generation)
    }

    /// The same from every node that may write it.
    private func announcedMessage(_ entry: PlannedService) -> String {
        isShared(entry)
            ? "\(Self.list(entry.recorded)) by BGP, on every eligible node" : whereAnnounced(entry.recorded)
    }

    func whereAnnounced(_ addresses: [IPAddress]) -> String {
        addresses.map { address in
            switch effect(on: address)?.state {
            case .inEffect(let interface): "\(address) on \(interface) of node \(settings.node)"
            case .owned(let node): "\(address) on node \(node)"
            case .pending, .blocked, .conflicted, .conflictOver, .withdrawn, nil: "\(address)"
            }
        }.joined(separator: ", ")
    }

    /// The first thing that keeps an address of the Service from being in effect; nil when all are.
    ///
    /// `others` are in effect elsewhere, as the status says.
    func announcementObstacle(of entry: PlannedService, besides others: [IPAddress] = []) -> Obstacle? {
        if entry.held.isEmpty {
            return entry.refusal ?? (isAllocator ? Self.unallocated : waiting)
        }
        guard isServable(entry) else { return noEndpoint(entry.service) }
        return entry.held.lazy.filter { !others.contains($0) }.compactMap { obstacle(to: $0, of: entry) }.first
    }

    private static let unallocated = Obstacle(reason: "AwaitingAllocation", sentence: "it has no address yet")

    private func obstacle(to address: IPAddress, of entry: PlannedService) -> Obstacle? {
        guard entry.recorded.contains(address) else {
            return Obstacle(
                reason: "AwaitingRecord", sentence: "\(address) is not announced before it is recorded on the Service")
        }
        if mode(ofPool: ledger.pool(of: address)?.name) == .none {
            return Obstacle(
                reason: "NotAnnounced",
                sentence: "\(address) is not announced, because mode is none; set mode: arp or bgp to announce it")
        }
        switch effect(on: address)?.state {
        case .inEffect, .owned: return nil
        case .pending(let obstacle), .blocked(let obstacle): return obstacle
        case .conflicted(let mac, let interface):
            return Obstacle(
                reason: "AddressConflict",
                sentence: "\(address) is used by another host, \(mac) on \(interface); take the address away from that "
                    + "host or out of the pool")
        case .conflictOver, .withdrawn, nil:
            return Obstacle(reason: "Pending", sentence: "\(address) is not in effect yet")
        }
    }

    func noEndpoint(_ service: LoadBalancerService) -> Obstacle {
        switch service.trafficPolicy {
        case .cluster:
            Obstacle(
                reason: "NoEndpoint",
                sentence:
                    "no pod of the Service is ready, so nothing could answer; check its selector, its pods and its "
                    + "EndpointSlices, or set services.requireEndpoints: false")
        case .local:
            Obstacle(
                reason: "NoEndpoint",
                sentence:
                    "externalTrafficPolicy is Local and no node has a ready pod of the Service; check its selector "
                    + "and its pods")
        }
    }

    static func list(_ addresses: [IPAddress]) -> String {
        addresses.map(\.description).joined(separator: ", ")
    }
}
