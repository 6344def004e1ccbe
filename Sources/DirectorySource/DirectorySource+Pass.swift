import Announcing
import FileSystem
import IPAM
import LoadBalancing
import Logging
import NetworkTypes

extension DirectorySource {
    /// Records, and statuses, that are written between two looks at what else has come.
    private static let chunk = (records: 128, statuses: 16)

    /// One round: state files read, manifests read, outcomes written, and facts posted, each if there is need.
    func pass(at now: MonotonicTime) {
        lastPass = now
        if !isLoaded { load(at: now) }
        guard isLoaded else { return postProblems() }
        if isScanWanted || nextScan <= now { scan(at: now) }
        keepRecords()
        writeOutcomes(at: now)
        if areServicesNews { noteMissing(at: now) }
        shareRecords()
        postProblems()
    }

    /// When the directory has to be read though it has not changed.
    var nextScan: MonotonicTime {
        [rescanAt, scanning.due, manifests.nextDeadline(after: scannedAt)].compactMap { $0 }.min() ?? rescanAt
    }

    /// On shutdown: one attempt at everything that is left, and no status stays.
    func leave() {
        guard isSynchronised else { return }
        let time = now
        pending.retryAll()
        repeat { writeOutcomes(at: time) } while pending.hasFresh
        var changes: [ServiceKey: StateStore.Change] = [:]
        for key in Array(store.keys) {
            guard let service = manifests.service(key), let state = store[key] else { continue }
            let stopped = state.stopped(at: clock())
            if stopped != state { changes[key] = try? store.change(service, to: stopped) }
            if changes.count == Self.chunk.records { clearStatuses(&changes) }
        }
        clearStatuses(&changes)
    }

    private func clearStatuses(_ changes: inout [ServiceKey: StateStore.Change]) {
        if let failure = store.write(changes).first {
            logger.error("a status could not be cleared", metadata: ["error": "\(failure.value)"])
        }
        changes = [:]
    }

    // MARK: - Reading

    private func load(at now: MonotonicTime) {
        guard loading.isDue(at: now) else { return }
        do throws(FileError) {
            problems.damaged = try store.load()
            problems.loading = nil
            isLoaded = true
        } catch {
            problems.loading =
                "\(error); no address is given before the state files can be read, since they say which are in use"
            loading.fail(at: now)
        }
    }

    private func scan(at now: MonotonicTime) {
        isScanWanted = false
        scannedAt = now
        let count = directory.read(into: &manifests, at: now)
        if !isSynchronised, !manifests.isComplete { rememberServices() }
        manifests.settle(at: now)
        if manifests.isUnreadable { scanning.fail(at: now) } else { scanning.succeed() }
        rescanAt = now.advanced(by: timing.rescan)
        logger.debug("manifests read", metadata: ["files.read": "\(count)"])
        var facts = serviceFacts(manifests.takeTouched())
        if !hasSwept, manifests.isComplete { sweep() }
        if !isSynchronised {
            isSynchronised = true
            for (name, labels) in namespaces { facts[.namespace(name)] = .namespace(labels: labels) }
            facts[.problems] = problems.news(manifests: manifests, logger).map { .problems($0) }
            facts[.synchronisation] = .synchronised
        }
        changes.post(facts)
    }

    /// Where a manifest cannot be read at the start, its Services are taken from their state files.
    private func rememberServices() {
        for key in store.keys where manifests.service(key) == nil {
            if let service = store.formerService(key) { manifests.remember(service) }
        }
    }

    /// Removes the state files of Services that were taken away while the process did not run.
    private func sweep() {
        hasSwept = true
        for key in store.keys where manifests.service(key) == nil { pending.add(.remove, for: key, isUrgent: false) }
    }

    // MARK: - Posting

    /// What is new about the Services.
    func serviceFacts(_ keys: Set<ServiceKey>) -> [SourceSubject: SourceFact] {
        var facts: [SourceSubject: SourceFact] = [:]
        defer { if !facts.isEmpty { areRecordsNews = true } }
        for key in keys {
            if let service = manifests.service(key).map(withRecord) {
                pending.keep(key)
                if isUnkept(key) { unkept.insert(key) }
                let former = posted.updateValue(service.hashValue, forKey: key)
                guard former != service.hashValue else { continue }
                if former == nil { areServicesNews = true }
                facts[.service(key)] = .service(service)
            } else {
                if store[key] != nil { pending.add(.remove, for: key, isUrgent: false) }
                guard posted.removeValue(forKey: key) != nil else { continue }
                areServicesNews = true
                facts[.service(key)] = .serviceGone
            }
        }
        return facts
    }

    private func withRecord(_ service: LoadBalancerService) -> LoadBalancerService {
        let state = store[service.key]
        var service = service
        // No manifest can have written it.
        service.confirmedAddresses = record(of: service.key)
        service.annotations[Annotation.assigned] = StateDocument.assigned(service.confirmedAddresses)
        service.refusal = refusal(of: service.key)
        service.writtenIngress = state?.ingress ?? []
        return service
    }

    private func postProblems() {
        problems.writing = pending.problem
        problems.missing = missingSentences(at: now)
        if let news = problems.news(manifests: manifests, logger) { changes.post(.problems(news), for: .problems) }
    }

    // MARK: - Writing

    func take(_ outcome: ServiceOutcome, for key: ServiceKey) {
        let state = store[key] ?? ServiceState()
        let isUrgent = outcome.record.map { $0 != state.record } ?? false
        // An address that has just been recorded is announced in a moment, and the status is written then.
        if !isUrgent, (outcome.ingress ?? []).isEmpty, state.ingress.isEmpty {
            pending.addPatiently(.apply(outcome), for: key, at: now)
        } else {
            pending.add(.apply(outcome), for: key, isUrgent: isUrgent)
        }
    }

    private func writeOutcomes(at now: MonotonicTime) {
        pending.retryIfDue(at: now)
        pending.endPatience(at: now)
        let tasks = pending.take(urgent: Self.chunk.records, others: Self.chunk.statuses)
        guard !tasks.isEmpty else { return }
        var writes: [ServiceKey: StateStore.Change] = [:]
        for (key, task) in tasks { writes[key] = change(for: task, of: key) }
        if tasks.contains(where: { tellsOfRecord($0.value, of: $0.key) }) { areRecordsNews = true }
        let failures = store.write(writes)
        pending.settle(
            tasks.filter { failures[$0.key] != nil },
            problem: failures.values.first.map { "\($0); it is tried again until it succeeds" }, at: now)
        forgetInherited(tasks.filter { failures[$0.key] == nil })
        unkept.formUnion(tasks.keys.filter { isUnkept($0) })
        changes.post(serviceFacts(Set(writes.keys.filter { writes[$0]?.isDurable == true && failures[$0] == nil })))
    }

    /// Whether what other nodes are told of a Service may be another once this is written: its record, or why it has none.
    private func tellsOfRecord(_ task: PendingOutcomes.Task, of key: ServiceKey) -> Bool {
        guard case .apply(let outcome) = task else { return true }
        let known = store[key]?.record ?? []
        let mayTellWhy = known.isEmpty && allocation.allocator == .own
        return mayTellWhy || outcome.record.map { $0 != known } ?? false
    }

    /// Nil when there is nothing to write.
    private func change(for task: PendingOutcomes.Task, of key: ServiceKey) -> StateStore.Change? {
        switch task {
        case .remove:
            return store[key] == nil ? nil : StateStore.Change(document: nil, isDurable: false)
        case .apply(let outcome):
            // Dropped when the Service has gone or is another by now.
            guard let service = manifests.service(key), service.uid == outcome.uid else { return nil }
            var state = (store[key] ?? ServiceState()).applying(outcome, at: clock())
            if outcome.record == nil { state.record = record(of: key) }
            do {
                return try store.change(service, to: state)
            } catch {
                logger.error(
                    "a state could not be encoded", metadata: ["service.name": "\(key)", "error": "\(error)"])
                return nil
            }
        }
    }
}
