import IPAM
public import NetworkTypes

extension Planner {
    /// Takes in the nodes of the cluster, complete each time; none where the source knows of none.
    public mutating func setNodes(_ nodes: [NodeName: NodeFacts]) {
        let writers = Set(nodes.values.filter(StatusRank.canBeCountedOn).map(\.name))
        guard writers != statusWriters || nodes.count != nodeCount else { return }
        (statusWriters, nodeCount) = (writers, nodes.count)
        unreported.formUnion(services.keys)
    }

    /// What this node does about the status of a Service that is ours.
    mutating func statusDuty(of entry: inout PlannedService, at now: MonotonicTime) -> StatusRule.Duty {
        let duty = entry.statusRule.duty(in: situation(of: entry), at: now)
        let key = entry.service.key
        switch duty {
        case .silence(let due), .doubt(let due): statusWakes[key] = due
        case .state, .clear: statusWakes[key] = nil
        }
        entry.speaksOfStatus =
            switch duty {
            case .silence: false
            case .state, .doubt, .clear: true
            }
        return duty
    }

    /// What this node states as in effect, in the Service's order of families: all that it knows to be. Where many nodes
    /// announce, what the status says already stays as long as it is wanted.
    func statedAddresses(of entry: PlannedService) -> [IPAddress] {
        let inEffect = addressesInEffect(of: entry)
        guard isShared(entry), !inEffect.isEmpty else { return inEffect }
        // Others may announce what this node does not, but what it announces others do, too.
        let written = entry.service.writtenIngress
        return ordered(
            entry.recorded.filter { inEffect.contains($0) || written.contains($0) && wanted[$0] != nil },
            for: entry.service)
    }

    /// Whether many nodes announce the Service's addresses, so that none knows of all.
    func isShared(_ entry: PlannedService) -> Bool {
        let modes = entry.recorded.compactMap { wanted[$0]?.mode }
        return !modes.isEmpty && modes.allSatisfy(\.isShared)
    }

    private func situation(of entry: PlannedService) -> StatusRule.Situation {
        let isShared = isShared(entry)
        let writers = isShared ? eligibleWriters(for: entry) : []
        let rank = StatusRank.rank(of: settings.node, among: writers, for: entry.service.key)
        let shown = entry.service.writtenIngress
        let isServable = isServable(entry)
        let valid = entry.recorded.filter { isServable && shown.contains($0) && wanted[$0] != nil }
        return StatusRule.Situation(
            knowledge(of: entry, isShared: isShared, rank: rank), shown: Self.shown(by: entry.service),
            agrees: agrees(entry), speaks: isShared && !writers.isEmpty ? rank == 0 : isAllocator || keepsStatus,
            isSettling: valid.contains { isOpen(effect(on: $0)?.state) }, isCertain: valid.isEmpty || nodeCount <= 1,
            others: isShared ? max(writers.count - 1, 0) : 0, fingerprint: fingerprint(of: entry, writers))
    }

    private func knowledge(of entry: PlannedService, isShared: Bool, rank: Int) -> StatusRule.Situation.Knowledge {
        guard let first = addressesInEffect(of: entry).first else { return .nowhere }
        if isShared { return .inEffect(rank: rank) }
        return keepsStatus || isInEffectHere(first) ? .inEffect(rank: 0) : .elsewhere
    }

    /// Nodes that announce the Service as far as is known, and can be expected to write.
    private func eligibleWriters(for entry: PlannedService) -> Set<NodeName> {
        guard let candidates = candidates(for: entry.service) else { return [] }
        return statusWriters.filter(candidates.contains)
    }

    private static func shown(by service: LoadBalancerService) -> StatusRule.Situation.Shown {
        if service.writtenIngress.isEmpty { return .nothing }
        return service.writtenAnnounced == false ? .doubted : .announced
    }

    private func agrees(_ entry: PlannedService) -> Bool {
        let stated = statedAddresses(of: entry)
        return Set(stated) == Set(entry.service.writtenIngress)
            && entry.service.writtenAnnounced != (stated.count < entry.held.count)
    }

    /// Whether an address may come into effect, or be known to be, in a moment.
    private func isOpen(_ state: AnnouncementEffect.State?) -> Bool {
        switch state {
        case nil, .pending: true
        case .inEffect, .owned, .blocked, .conflicted, .conflictOver, .withdrawn: false
        }
    }

    private func fingerprint(of entry: PlannedService, _ writers: Set<NodeName>) -> Int {
        var hasher = Hasher()
        hasher.combine(isServable(entry))
        for address in entry.recorded {
            hasher.combine(address)
            hasher.combine(wanted[address]?.mode)
            switch effect(on: address)?.state {
            case nil: hasher.combine(0)
            case .inEffect: hasher.combine(1)
            case .owned(let owner):
                hasher.combine(2)
                hasher.combine(owner)
            case .pending: hasher.combine(3)
            case .blocked: hasher.combine(4)
            case .conflicted: hasher.combine(5)
            case .conflictOver, .withdrawn: hasher.combine(0)
            }
        }
        hasher.combine(writers)
        hasher.combine(isAllocator)
        hasher.combine(nodeCount)
        return hasher.finalize()
    }
}
