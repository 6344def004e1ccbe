import HashTreeCollections
import IPAM
public import NetworkTypes

extension Planner {
    /// Works through everything that changed since the last plan. A second call right after it finds nothing to do.
    ///
    /// Nothing is planned before the source is synchronised, so that every address already recorded is adopted before
    /// one is given away.
    public mutating func plan(at now: MonotonicTime) -> Plan {
        var plan = Plan()
        guard isSynchronised else { return plan }
        reserveClusterIPs()
        if !hasAdopted { adoptRecords(at: now) }
        ledger.advance(to: now)
        endLateWrites(at: now)
        endLostRecords(at: now)
        unreported.formUnion(statusWakes.filter { $0.value <= now }.keys)
        unreported.formUnion(troubleWakes.filter { $0.value <= now }.keys)
        settleServices(at: now)
        refreshAnnouncements()
        report(into: &plan, at: now)
        plan.announcements = announcements
        let unfinished = dirtyServices.isEmpty ? nil : now
        plan.nextWake = [
            ledger.nextQuarantineEnd, lateWrites.values.min(), lostRecords.values.min(), statusWakes.values.min(),
            troubleWakes.values.min(), unfinished,
        ]
        .compactMap { $0 }.min()
        return plan
    }

    /// Goes on as long as a decision frees an address that another Service waits for; the number of rounds is bounded,
    /// and what is left is done in the next plan.
    private mutating func settleServices(at now: MonotonicTime) {
        var rounds = 0
        while rounds < 8 {
            if ledger.generation != triedGeneration {
                triedGeneration = ledger.generation
                dirtyServices.formUnion(refused)
            }
            guard !dirtyServices.isEmpty else { return }
            rounds += 1
            let keys = dirtyServices
            dirtyServices = []
            for key in services.inOrder(keys) { settle(key, at: now) }
        }
    }

    /// Decides which addresses one Service has.
    private mutating func settle(_ key: ServiceKey, at now: MonotonicTime) {
        guard var entry = services[key] else { return }
        let before = ledger.addresses(of: key)
        entry.claimRefusal = settings.claim.refusal(of: entry.service)
        entry.refusal = nil
        entry.notes = []
        refused.remove(key)
        if entry.claimRefusal != nil {
            ledger.release(key, at: now)
        } else if isAllocator {
            allocate(for: &entry, at: now)
        } else {
            follow(&entry, at: now)
        }
        entry.held = ledger.addresses(of: key)
        services[key] = entry
        retire(entry, at: now)
        dirtyAddresses.formUnion(before)
        dirtyAddresses.formUnion(entry.held)
        unreported.insert(key)
    }

    private mutating func allocate(for entry: inout PlannedService, at now: MonotonicTime) {
        let service = entry.service
        takeConflicts(reportedOn: service, at: now)
        let record = record(of: service)
        if ledger.addresses(of: service.key).isEmpty {
            _ = ledger.adopt(record.believed, for: identity(of: service), at: now)
        }
        do {
            let request = try ServiceRequest.make(
                for: service, namespaceLabels: namespaces[service.key.namespace] ?? [:])
            let outcome = ledger.allocate(request, at: now)
            entry.refusal = outcome.refusal.map { Obstacle($0) }
            entry.notes = outcome.notes
            if outcome.wantsMore { refused.insert(service.key) }
        } catch {
            entry.refusal = Obstacle(reason: error.reason, sentence: error.sentence)
            // It keeps what it may keep, with the ports and the key that it has now, and gets nothing new.
            let held = ledger.addresses(of: service.key)
            let outcome = ledger.follow(held, for: identity(of: service), at: now)
            entry.notes = outcome.refused.map { .lost($0.address, $0.refusal) }
        }
        // Said first: the record is rewritten, and then there is nothing to say.
        entry.notes =
            record.doubted.map { AllocationOutcome.Note.ignored($0, .unconfirmedRecord($0)) } + entry.notes
    }

    /// Another node found another host on the address, which this one may not see. Authors can write such a report, too,
    /// which takes no address from another Service.
    private mutating func takeConflicts(reportedOn service: LoadBalancerService, at now: MonotonicTime) {
        guard service.annotations[Annotation.conflict] != nil else { return }
        let recorded = service.recordedAddresses
        for address in service.reportedConflicts where recorded.contains(address) && !ledger.isConflicted(address) {
            let holders = ledger.holders(of: address)
            guard holders.isEmpty || holders.contains(service.key) else { continue }
            dirtyServices.formUnion(
                ledger.quarantineConflict(address, until: now.advanced(by: Self.conflictRest)))
        }
    }

    /// Holds exactly what is recorded: another node allocates.
    private mutating func follow(_ entry: inout PlannedService, at now: MonotonicTime) {
        let record = record(of: entry.service)
        let outcome = ledger.follow(record.believed, for: identity(of: entry.service), at: now)
        if let refused = outcome.refused.first {
            entry.refusal = Obstacle(refused.refusal)
            self.refused.insert(entry.service.key)
        } else if let doubted = record.doubted.first {
            entry.refusal = Obstacle(.unconfirmedRecord(doubted))
        } else if record.believed.isEmpty {
            entry.refusal = entry.service.refusal
        }
    }

    /// Keeps from others what the record of a Service names, or may come to name, though the Service does not hold it: a
    /// crash before the record is rewritten must not leave two Services with one address.
    mutating func retire(_ entry: PlannedService, at now: MonotonicTime) {
        let named = entry.possiblyRecorded.subtracting(ledger.addresses(of: entry.service.key))
        ledger.retire(named, of: identity(of: entry.service), at: now)
    }

    /// Forgets writes that were replaced so long ago that they do not arrive any more.
    private mutating func endLateWrites(at now: MonotonicTime) {
        for key in lateWrites.filter({ $0.value <= now }).keys {
            lateWrites[key] = nil
            guard var entry = services[key] else { continue }
            entry.replacedRecords = []
            services[key] = entry
            retire(entry, at: now)
        }
    }
}

extension Obstacle {
    init(_ refusal: Refusal) {
        self.init(reason: refusal.reason, sentence: refusal.sentence)
    }
}
