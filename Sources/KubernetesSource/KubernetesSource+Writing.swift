import FoundationEssentials
import IPAM
import Kubernetes
import LoadBalancing
import Logging
import NetworkTypes
import Synchronization

extension KubernetesSource {
    /// How long a request may take: the API server waits ten seconds for a webhook, unless that is told otherwise.
    private static let requestLimit = Duration.seconds(15)
    /// How long writing goes on once shutdown has begun.
    private static let stopLimit = Duration.seconds(2)
    /// How long an Event waits for writes to Services.
    private static let eventPatience = Duration.seconds(10)
    /// Requests for one Service before others have their turn.
    private static let mostSteps = 8

    /// Writes what is pending, a bounded number of requests at a time, until stopped or cancelled.
    func writeLoop() async {
        var stopAt: MonotonicTime?
        var alarm: MonotonicTime?
        await withDiscardingTaskGroup { group in
            for await _ in bell {
                let time = now
                if isStopping.load(ordering: .acquiring), stopAt == nil {
                    stopAt = time.advanced(by: Self.stopLimit)
                    ring(after: Self.stopLimit, in: &group)
                }
                while let key = pending.take(at: time) { group.addTask { await self.work(on: key) } }
                if let stopAt, stopAt <= time || pending.isEmpty { break }
                if alarm.map({ $0 <= time }) ?? false { alarm = nil }
                if let due = pending.nextDue, alarm.map({ due < $0 }) ?? true {
                    alarm = due
                    ring(after: max(time.duration(to: due), .milliseconds(1)), in: &group)
                }
            }
            group.cancelAll()
        }
    }

    /// Returns when nothing is on its way to a Service, or has been for long: Events wait for what they tell of.
    func untilWritten() async {
        let limit = now.advanced(by: Self.eventPatience)
        while pending.isWorking, now < limit {
            guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { return }
        }
    }

    private func ring(after wait: Duration, in group: inout DiscardingTaskGroup) {
        group.addTask { [bellRope] in
            guard (try? await Task.sleep(for: wait)) != nil else { return }
            bellRope.yield()
        }
    }

    // MARK: - One Service

    /// What came of the work on a Service.
    private enum Result {
        case done
        /// It only informs, and waits for what comes next.
        case postponed
        /// Not to be tried again before so long.
        case failed(least: Duration)
        /// The server takes no requests; how long it wants to be left alone.
        case away(Duration?)

        static var failed: Result { .failed(least: .zero) }
    }

    private func work(on key: ServiceKey) async {
        var task = pending[key]
        let result: Result
        if case .forget(let uid) = task {
            result = await forget(key, uid: uid)
        } else {
            result = await bring(key, upTo: &task)
        }
        switch result {
        case .done:
            problems.away = nil
            pending.finish(key, task, succeeded: true, at: now)
        case .postponed: pending.postpone(key, at: now)
        case .failed(let least): pending.finish(key, task, succeeded: false, least: least, at: now)
        case .away(let asked): pending.hold(key, asked: asked, at: now)
        }
        postProblems()
        bellRope.yield()
    }

    /// Decides, writes and decides again on the answer, always for the newest outcome, until all is as it should be.
    private func bring(_ key: ServiceKey, upTo task: inout PendingWrites.Task?) async -> Result {
        for _ in 0..<Self.mostSteps {
            task = pending[key]
            if case .forget = task { return .postponed }
            guard let task, let service = view.services[key],
                let write = writing.writes(for: task.wantedOutcome, on: service, at: wallClock).first
            else {
                problems.writing[key] = nil
                return .done
            }
            let mayWait = !write.isUrgent && !isStopping.load(ordering: .acquiring)
            if mayWait, pending.shouldWait(key, at: now) { return .postponed }
            if let wait = refusals.wait(for: Self.permission(for: write, key), at: now) { return .failed(least: wait) }
            guard pending.mayWrite(key, to: write.target, at: now) else {
                if pending.isRepetition(key, to: write.target) { await noteFight(over: key) }
                return .failed
            }
            do throws(APIError) {
                try await takeIn(try await send(write, to: key))
                if refusals.remove(Self.permission(for: write, key)) { pending.retryAll() }
            } catch {
                return failure(error, key)
            }
        }
        return .failed
    }

    private func failure(_ error: APIError, _ key: ServiceKey) -> Result {
        if error.isNotFound {
            problems.writing[key] = nil
            return .done
        }
        if error.isForbidden { return refuse(error.operation, key) }
        // Told in one sentence for all Services, which then wait together.
        problems.away = error.isAway && !error.isCancelled ? error.withoutName : nil
        if error.isAway { return .away(error.status?.retryAfter) }
        note(error.description, key)
        return .failed
    }

    private func refuse(_ operation: APIError.Operation, _ key: ServiceKey) -> Result {
        problems.writing[key] = operation.refusal
        let permission = Refusals.Permission(
            verb: operation.verb, resource: operation.resource, namespace: operation.namespace ?? "")
        let refusal = refusals.add(permission, at: now)
        if refusal.isNews { logger.error("a permission is missing", metadata: ["error": "\(operation.refusal)"]) }
        return .failed(least: refusal.wait)
    }

    /// Tells who changes back what we write.
    private func noteFight(over key: ServiceKey) async {
        let trouble = "the Service \(key) is changed back as often as it is written to"
        guard problems.writing[key]?.hasPrefix(trouble) != true else { return }
        let managers = try? await client.getOnce(FieldManagers.self, ObjectKey(key), within: Self.requestLimit)
        let rival = managers?.latest(but: client.fieldManager).map { ", by '\($0)'" } ?? ""
        note(
            "\(trouble)\(rival), and is written to less and less often; let one of the two have it, by "
                + "spec.loadBalancerClass or services.claim",
            key)
    }

    private static func permission(for write: ServiceWrite, _ key: ServiceKey) -> Refusals.Permission {
        Refusals.Permission(
            verb: "patch", resource: write.target == .status ? "services/status" : "services",
            namespace: key.namespace)
    }

    /// Sends a write. When the object is no longer the one that the write was decided for, returns it as it is now.
    private func send(_ write: ServiceWrite, to key: ServiceKey) async throws(APIError) -> Kubernetes.Service {
        do throws(APIError) {
            return try await client.patchOnce(
                Kubernetes.Service.self, ObjectKey(key), subresource: write.target == .status ? "status" : nil,
                write.patch, within: Self.requestLimit)
        } catch {
            guard error.isConflict || error.isAboutUID else { throw error }
            logger.debug("a write met a conflict", metadata: ["service.name": "\(key)"])
            return try await read(key)
        }
    }

    private func read(_ key: ServiceKey) async throws(APIError) -> Kubernetes.Service {
        try await client.getOnce(Kubernetes.Service.self, ObjectKey(key), within: Self.requestLimit)
    }

    /// An object of another UID is for the watch to bring, and one of another type leaves; nothing is to be done then.
    private func takeIn(_ service: Kubernetes.Service) async throws(APIError) {
        let isKnown = view.absorb(service)
        spread()
        guard !isKnown else { return }
        throw APIError(
            .init(
                verb: "patch", resource: "services", group: "", namespace: service.metadata.namespace,
                name: service.metadata.name),
            .status(
                Status(
                    code: 404, reason: "NotFound",
                    message: "another object has the name by now, or it is no load balancer any more")))
    }

    // MARK: - A Service that left

    /// Removes what herald wrote from a Service that is no load balancer any more.
    private func forget(_ key: ServiceKey, uid: String) async -> Result {
        guard !view.services.contains(key) else { return .done }
        var outcome = ServiceOutcome(key: key, uid: uid)
        (outcome.record, outcome.ingress, outcome.conditions) = ([], [], [])
        do throws(APIError) {
            var service = try await read(key)
            for _ in 0..<Self.mostSteps {
                guard service.spec.type != "LoadBalancer",
                    let write = writing.writes(for: outcome, on: service, at: wallClock).first
                else {
                    problems.writing[key] = nil
                    return .done
                }
                service = try await send(write, to: key)
            }
        } catch {
            return failure(error, key)
        }
        return .failed
    }

    // MARK: -

    private var wallClock: Timestamp {
        // Within range of `Int64` for any date that the clock can hold.
        Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded()))
    }

    /// Logs the first failure of a Service and each change of it.
    private func note(_ problem: String, _ key: ServiceKey) {
        guard problems.writing.updateValue(problem, forKey: key) != problem else { return }
        logger.warning(
            "a Service could not be written to; it is tried again",
            metadata: ["service.name": "\(key)", "error": "\(problem)"])
    }
}

extension PendingWrites.Task {
    /// Nil when only what others left is removed.
    fileprivate var wantedOutcome: ServiceOutcome? {
        guard case .outcome(let outcome) = self else { return nil }
        return outcome
    }
}

extension APIError {
    /// What stands for all objects that meet the same.
    var withoutName: String {
        APIError(
            Operation(
                verb: operation.verb, resource: operation.resource, group: operation.group, namespace: nil, name: nil),
            reason
        ).description
    }

    /// The object has another UID than the patch says (a real server answers 422, not 409).
    fileprivate var isAboutUID: Bool {
        status?.code == 422 && status?.causes.contains { $0.field == "metadata.uid" } == true
    }
}
