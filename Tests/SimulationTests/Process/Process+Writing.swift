import IPAM
import LoadBalancing
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

// What is written, as `KubernetesSource` writes it.
extension Process {
    private static let mostSteps = 8

    func write(_ outcomes: [ServiceOutcome], at now: MonotonicTime) {
        guard view.isSynchronised else { return }
        for outcome in outcomes { pending.add(.outcome(outcome), for: outcome.key) }
        pump(at: now)
    }

    func pump(at now: MonotonicTime) {
        while let key = pending.take(at: now) {
            if case .forget(let uid)? = pending[key] {
                beginForgetting(key, uid: uid, at: now)
            } else {
                bring(key, step: 0, at: now)
            }
        }
    }

    private func wallClock(_ now: MonotonicTime) -> Timestamp { World.wallClock(now) }

    func ask(_ question: Question, for purpose: Purpose) {
        tickets += 1
        purposes[tickets] = purpose
        actions.append(.ask(question, ticket: tickets))
    }

    func answered(_ answer: Answer, ticket: Int, at now: MonotonicTime) {
        guard let purpose = purposes.removeValue(forKey: ticket) else { return }
        switch purpose {
        case .lease(let isRead): return elected(answer, isRead, at: now)
        case .sweep: return swept(answer, at: now)
        case .write(let key, let step, let task): written(answer, key, step, task, at: now)
        case .look(let key, let step, let task): looked(answer, key, step, task, at: now)
        case .forget(let key, let step, let uid, let task): forgot(answer, key, step, uid, task, at: now)
        }
        pump(at: now)
    }

    // MARK: - One Service

    private func bring(_ key: ServiceKey, step: Int, at now: MonotonicTime) {
        let task = pending[key]
        if case .forget? = task { return pending.postpone(key, at: now) }
        guard let task, let service = view.services[key],
            let write = writing.writes(for: task.wantedOutcome, on: service, at: wallClock(now)).first
        else { return pending.finish(key, task, succeeded: true, at: now) }
        guard step < Self.mostSteps else { return pending.finish(key, task, succeeded: false, at: now) }
        if !write.isUrgent, ending == nil, pending.shouldWait(key, at: now) { return pending.postpone(key, at: now) }
        guard pending.mayWrite(key, to: write.target, at: now) else {
            return pending.finish(key, task, succeeded: false, at: now)
        }
        ask(.patch(key, ofStatus: write.target == .status, write.patch), for: .write(key, step: step, task))
    }

    private func written(
        _ answer: Answer, _ key: ServiceKey, _ step: Int, _ task: PendingWrites.Task, at now: MonotonicTime
    ) {
        if case .refused(let status) = answer, status.code == 409 {
            return ask(.get(key), for: .look(key, step: step, task))
        }
        looked(answer, key, step, task, at: now)
    }

    private func looked(
        _ answer: Answer, _ key: ServiceKey, _ step: Int, _ task: PendingWrites.Task, at now: MonotonicTime
    ) {
        guard case .service(let service) = answer else { return fail(answer, key, task, at: now) }
        // Another object has the name by now: the watch brings it.
        let isKnown = view.absorb(service)
        spread(at: now)
        guard isKnown else { return pending.finish(key, task, succeeded: true, at: now) }
        bring(key, step: step + 1, at: now)
    }

    private func fail(_ answer: Answer, _ key: ServiceKey, _ task: PendingWrites.Task, at now: MonotonicTime) {
        switch answer {
        case .refused(let status) where status.code == 404: pending.finish(key, task, succeeded: true, at: now)
        case .refused(let status) where status.code == 429 || status.code >= 500:
            pending.hold(key, asked: status.retryAfter, at: now)
        case .lost: pending.hold(key, asked: nil, at: now)
        case .refused, .service, .services, .lease: pending.finish(key, task, succeeded: false, at: now)
        }
    }

    // MARK: - Services that left

    private func beginForgetting(_ key: ServiceKey, uid: String, at now: MonotonicTime) {
        let task = PendingWrites.Task.forget(uid: uid)
        guard view.services[key] == nil else { return pending.finish(key, task, succeeded: true, at: now) }
        ask(.get(key), for: .forget(key, step: 0, uid: uid, task: task))
    }

    private func forgot(
        _ answer: Answer, _ key: ServiceKey, _ step: Int, _ uid: String, _ task: PendingWrites.Task,
        at now: MonotonicTime
    ) {
        let next = Purpose.forget(key, step: step + 1, uid: uid, task: task)
        if case .refused(let status) = answer, status.code == 409 { return ask(.get(key), for: next) }
        guard case .service(let service) = answer else { return fail(answer, key, task, at: now) }
        var outcome = ServiceOutcome(key: key, uid: uid)
        (outcome.record, outcome.ingress, outcome.conditions) = ([], [], [])
        guard service.spec.type != "LoadBalancer",
            let write = writing.writes(for: outcome, on: service, at: wallClock(now)).first
        else { return pending.finish(key, task, succeeded: true, at: now) }
        guard step < Self.mostSteps else { return pending.finish(key, task, succeeded: false, at: now) }
        ask(.patch(key, ofStatus: write.target == .status, write.patch), for: next)
    }

    private func swept(_ answer: Answer, at now: MonotonicTime) {
        guard writing.isAllocator else { return }
        guard case .services(let all) = answer else { return ask(.others, for: .sweep) }
        for service in all.sorted(by: { $0.metadata.key < $1.metadata.key }) where ServiceReading.hasTraces(service) {
            let key = ServiceKey(service.metadata.key)
            if view.services[key] == nil { pending.add(.forget(uid: service.metadata.uid), for: key) }
        }
        pump(at: now)
    }

    // MARK: - Who allocates

    func elect(_ event: LeaseElection.Event, at now: MonotonicTime) {
        for effect in election.handle(event, at: now, wallClock: wallClock(now)) {
            switch effect {
            case .fetch: ask(.fetchLease, for: .lease(isRead: true))
            case .create(let record): ask(.createLease(record), for: .lease(isRead: false))
            case .update(let record, let version):
                ask(.updateLease(record, version: version), for: .lease(isRead: false))
            case .startTimer(let wait): leaseDue = now.advanced(by: wait)
            case .report(.leading(unbroken: false)): catchUp(at: now)
            case .report(let leadership): setAllocator(leadership.isLeading, at: now)
            case .finished: leaseDue = nil
            }
        }
    }

    private func elected(_ answer: Answer, _ isRead: Bool, at now: MonotonicTime) {
        switch answer {
        case .lease(let lease?): elect(isRead ? .fetched(lease) : .written(lease), at: now)
        case .lease(nil): elect(.fetched(nil), at: now)
        case .refused(let status) where status.code == 409: elect(.conflicted, at: now)
        case .refused, .lost, .service, .services: elect(.failed, at: now)
        }
    }

    /// Reads all Services once more before it allocates.
    private func catchUp(at now: MonotonicTime) {
        isCatchingUp = true
        services.watcher = Watcher(seed: random.next())
        services.waitUntil = nil
        services.hasStarted = false
        start(\.services, at: now)
    }

    func setAllocator(_ isAllocator: Bool, at now: MonotonicTime) {
        isCatchingUp = false
        guard writing.isAllocator != isAllocator else { return }
        writing.isAllocator = isAllocator
        for key in view.services.values.map({ ServiceKey($0.metadata.key) }).sorted() {
            guard let service = view.services[key], writing.removesFinalizer(from: service) else { continue }
            pending.add(.tidy, for: key)
        }
        if isAllocator { ask(.others, for: .sweep) }
        planner.setAllocator(isAllocator)
        ring(at: now)
        pump(at: now)
    }
}

extension PendingWrites.Task {
    /// Nil when only what others left is removed.
    fileprivate var wantedOutcome: ServiceOutcome? {
        guard case .outcome(let outcome) = self else { return nil }
        return outcome
    }
}
