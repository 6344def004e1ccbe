import IPAM
import LoadBalancing
import NetworkTypes

/// What is still to be written, the newest for each Service, with those apart that have failed, and those that only
/// inform and wait a moment for what comes next.
struct PendingOutcomes {
    /// What is to become of a state file.
    enum Task {
        case apply(ServiceOutcome)
        case remove
    }

    private var fresh: [ServiceKey: Task] = [:]
    /// Those of `fresh` that change a record: nothing is announced before it is written.
    private var urgent: Set<ServiceKey> = []
    private var failed: [ServiceKey: Task] = [:]
    private var patient: [ServiceKey: (task: Task, due: MonotonicTime)] = [:]
    /// Why the last one failed.
    private(set) var problem: String?
    private(set) var backoff = Backoff()

    /// How long what only informs waits.
    static let patience = Duration.milliseconds(100)

    var isEmpty: Bool { fresh.isEmpty && failed.isEmpty && patient.isEmpty }
    /// Whether there is something that has not failed since it came or was due again.
    var hasFresh: Bool { !fresh.isEmpty }
    /// Whether a record is among it.
    var hasUrgent: Bool { !urgent.isEmpty }

    /// Replaces whatever was to be done about the Service.
    mutating func add(_ task: Task, for key: ServiceKey, isUrgent: Bool) {
        failed[key] = nil
        patient[key] = nil
        fresh[key] = task
        if isUrgent { urgent.insert(key) } else { urgent.remove(key) }
    }

    /// As `add`, for what only informs: it becomes fresh when its patience ends, unless it is replaced before.
    mutating func addPatiently(_ task: Task, for key: ServiceKey, at now: MonotonicTime) {
        guard fresh[key] == nil, failed[key] == nil else { return add(task, for: key, isUrgent: false) }
        patient[key] = (task, patient[key]?.due ?? now.advanced(by: Self.patience))
    }

    /// When the first patience ends.
    var nextPatienceEnd: MonotonicTime? { patient.values.lazy.map(\.due).min() }

    /// Makes fresh whose patience has ended.
    mutating func endPatience(at now: MonotonicTime) {
        for (key, entry) in patient where entry.due <= now {
            patient[key] = nil
            fresh[key] = entry.task
        }
        if patient.isEmpty { patient = [:] }
    }

    func contains(_ key: ServiceKey) -> Bool { fresh[key] != nil || failed[key] != nil || patient[key] != nil }

    /// Takes back the removal of a Service's file, if it has not been done.
    mutating func keep(_ key: ServiceKey) {
        if case .remove = fresh[key] { fresh[key] = nil }
        if case .remove = failed[key] { failed[key] = nil }
    }

    /// Makes what has failed fresh again if its time has come.
    mutating func retryIfDue(at now: MonotonicTime) {
        if isEmpty {
            problem = nil
            backoff.succeed()
        }
        if backoff.isDue(at: now) { retryFailed() }
    }

    /// Makes what has failed fresh again, and what is patient.
    mutating func retryAll() {
        endPatience(at: MonotonicTime(nanoseconds: .max))
        retryFailed()
    }

    private mutating func retryFailed() {
        fresh.merge(failed) { new, _ in new }
        failed = [:]
    }

    /// Takes some of what is fresh: urgent ones if there are any, which share the price of a batch, else others, few at
    /// a time, so that one which becomes urgent does not wait long.
    mutating func take(urgent mostUrgent: Int, others mostOthers: Int) -> [ServiceKey: Task] {
        var some: [ServiceKey: Task] = [:]
        for key in urgent.isEmpty ? Array(fresh.keys.prefix(mostOthers)) : Array(urgent.prefix(mostUrgent)) {
            some[key] = fresh.removeValue(forKey: key)
            urgent.remove(key)
        }
        // What a burst took is given back.
        if fresh.isEmpty { (fresh, urgent) = ([:], []) }
        return some
    }

    /// Puts back what was taken and failed; with nothing to put back and nothing left, all is well again.
    mutating func settle(_ tasks: [ServiceKey: Task], problem: String?, at now: MonotonicTime) {
        failed.merge(tasks) { newer, _ in newer }
        if let problem {
            self.problem = problem
            if backoff.isDue(at: now) { backoff.fail(at: now) }
        } else if failed.isEmpty {
            self.problem = nil
            backoff.succeed()
        }
    }
}
