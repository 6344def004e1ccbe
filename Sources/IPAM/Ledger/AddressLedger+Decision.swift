import NetworkTypes

extension AddressLedger {
    /// `held` is what the Service has and may keep, at most one address of each family.
    func decide(_ request: AddressRequest, holding held: [IPAddress]) -> AllocationDecision {
        if let refusal = fault(of: request) { return AllocationDecision(addresses: held, refusal: refusal) }
        let slots = request.slots(holding: held, firstChoice: held.first { suits($0, request) } ?? held.first)
        let answers = slots.map { answer($0, request) }
        let refusals = zip(slots, answers).compactMap { slot, answer in
            answer.refusal.map { (slot: slot, refusal: $0) }
        }
        guard let first = refusals.first else { return AllocationDecision(addresses: answers.compactMap(\.address)) }
        let isOptional = if case .atLeastOne = request.families { true } else { false }
        guard isOptional, refusals.count < slots.count, refusals.allSatisfy({ $0.slot.wanted == nil }) else {
            return AllocationDecision(addresses: slots.compactMap(\.held), refusal: first.refusal)
        }
        return AllocationDecision(
            addresses: zip(slots, answers).compactMap { $1.address ?? $0.held },
            missing: refusals.flatMap { refused in
                if let held = refused.slot.held { return [AllocationOutcome.Note.kept(held, refused.refusal)] }
                return refused.slot.families.map { .without($0, refused.refusal) }
            })
    }

    /// Whether nothing would move a Service from the address but a request for another.
    private func suits(_ address: IPAddress, _ request: AddressRequest) -> Bool {
        guard let pool = layout.pool(of: address) else { return false }
        return pool.exclusion(of: request) == nil && (request.pool == nil || request.pool == pool.name)
    }

    /// What is wrong with the request itself.
    private func fault(of request: AddressRequest) -> Refusal? {
        if let name = request.pool, !layout.pools.contains(where: { $0.name == name }) {
            return layout.pools.isEmpty ? .noPools : .unknownPool(name, known: layout.pools.map(\.name))
        }
        var seen: [IPAddress] = []
        for address in request.addresses where !seen.contains(address) {
            guard address.isAssignable else { return .notAssignable(address) }
            if let other = seen.first(where: { $0.family == address.family }) { return .twoOfOneFamily(other, address) }
            if let asked = request.askedFamilies, !asked.contains(address.family) {
                return .familyNotAsked(address, asked: asked)
            }
            seen.append(address)
        }
        return nil
    }

    private struct Answer {
        var address: IPAddress?
        var refusal: Refusal?
    }

    private func answer(_ slot: AddressSlot, _ request: AddressRequest) -> Answer {
        if let wanted = slot.wanted {
            if wanted == slot.held { return Answer(address: wanted) }
            let refusal = obstacle(toRequested: wanted, request)
            return Answer(address: refusal == nil ? wanted : nil, refusal: refusal)
        }
        guard let held = slot.held else { return choose(slot.families, request, among: candidates(for: request)) }
        let home = layout.pool(of: held)
        if let home, let name = request.pool, home.name != name {
            return choose(slot.families, request, among: candidates(for: request))
        }
        guard isOutOfPool(held, for: request) else { return Answer(address: held) }
        let reassigning = candidates(for: request).map { $0.filter { layout.pools[$0].onRemoval == .reassign } }
        return Answer(address: choose(slot.families, request, among: reassigning).address ?? held)
    }

    private func obstacle(toRequested address: IPAddress, _ request: AddressRequest) -> Refusal? {
        if layout.pools.isEmpty { return .noPools }
        guard let pool = layout.pool(of: address) else {
            return .outsideEveryPool(address, pools: layout.pools.map(\.name))
        }
        if let name = request.pool, name != pool.name { return .outsideNamedPool(address, pool: name) }
        if let exclusion = pool.exclusion(of: request) {
            return .poolDoesNotAdmit(request.service, Refusal.ExcludingPool(name: pool.name, exclusion: exclusion))
        }
        if let obstacle = obstacle(to: address, for: request.service, request.claims) { return obstacle }
        if let range = layout.clusterRange(of: address) { return .clusterRange(address, range) }
        if let owner = retiree(of: address, keepingOut: request.service, request.claims) {
            return .recordedElsewhere(address, by: owner)
        }
        guard let rest = records[address]?.rest, rest.formerOwner != request.service else { return nil }
        return .quarantined(address, formerOwner: rest.formerOwner, until: rest.end)
    }
}

// MARK: - Choice

extension AddressLedger {
    /// The pools that automatic choice may try, in order.
    private func candidates(for request: AddressRequest) -> Result<[Int], Refusal> {
        guard !layout.pools.isEmpty else { return .failure(.noPools) }
        var admitting: [Int] = []
        var excluding: [Refusal.ExcludingPool] = []
        for index in layout.trialOrder where request.pool == nil || request.pool == layout.pools[index].name {
            let pool = layout.pools[index]
            let isOpen = pool.autoAssign || request.pool != nil
            if let exclusion = pool.exclusion(of: request) ?? (isOpen ? nil : .onlyOnRequest) {
                excluding.append(Refusal.ExcludingPool(name: pool.name, exclusion: exclusion))
            } else {
                admitting.append(index)
            }
        }
        if !admitting.isEmpty { return .success(admitting) }
        if request.pool != nil, let only = excluding.first { return .failure(.poolDoesNotAdmit(request.service, only)) }
        return .failure(.noPoolAdmits(request.service, excluding))
    }

    private func choose(
        _ families: [AddressFamily], _ request: AddressRequest, among pools: Result<[Int], Refusal>
    ) -> Answer {
        switch pools {
        case .failure(let refusal): return Answer(refusal: refusal)
        case .success(let pools):
            for family in families {
                if let address = sharedAddress(family, request, in: pools) { return Answer(address: address) }
                for pool in pools {
                    if let address = ownRestingAddress(family, request, in: pool)
                        ?? layout.nextFree(family, in: pool, for: request.service)
                    {
                        return Answer(address: address)
                    }
                }
            }
            let usage = pools.flatMap { layout.usage(of: $0, families) }
            if usage.isEmpty, families.count == 1 {
                return Answer(refusal: .noPoolOfFamily(families[0], pools: pools.map { layout.pools[$0].name }))
            }
            return Answer(refusal: .poolsFull(usage))
        }
    }

    private func sharedAddress(_ family: AddressFamily, _ request: AddressRequest, in pools: [Int]) -> IPAddress? {
        groups.lowest(family, for: request.claims) { address in
            guard let pool = layout.poolIndex(of: address), pools.contains(pool) else { return false }
            return obstacle(to: address, for: request.service, request.claims) == nil
                && retiree(of: address, keepingOut: request.service, request.claims) == nil
        }
    }

    /// What rests since the Service let go of it, or is kept because its record may name it.
    private func ownRestingAddress(_ family: AddressFamily, _ request: AddressRequest, in pool: Int) -> IPAddress? {
        let service = request.service
        return retired[service, default: []].union(resting[service] ?? []).filter {
            $0.family == family && standing(of: $0) == .quarantined && layout.poolIndex(of: $0) == pool
                && layout.clusterRange(of: $0) == nil
                && (records[$0]?.rest.map { $0.formerOwner == service } ?? true)
                && retiree(of: $0, keepingOut: service, request.claims) == nil
        }.min()
    }
}
