import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes

/// What is still to be written: the newest outcome of each Service, with bounded work at a time, a back-off of its own
/// for each that fails, and a short wait for what only informs.
struct PendingWrites: Sendable {
    /// What is to become of one Service.
    enum Task: Hashable, Sendable {
        case outcome(ServiceOutcome)
        /// Only what other controllers left is removed.
        case tidy
        /// It left our scope: what herald wrote is removed from the object with this UID.
        case forget(uid: String)
    }

    /// Requests that may be on their way at once.
    static let mostInFlight = 32
    /// What only informs waits this long for what comes next.
    static let patience = Duration.milliseconds(200)
    /// Entries for which memory is kept when there are none.
    private static let keptCapacity = 1024
    /// Writes that one Service may get in a row, and how long it takes to earn another: others who undo what we write
    /// are answered, but less and less often, until they rest.
    private static let burst = 10
    private static let refill = (first: Duration.seconds(5), longest: Duration.seconds(320))

    private struct Pace: Sendable {
        var left = PendingWrites.burst
        var refill = PendingWrites.refill.first
        var since: MonotonicTime
        /// The hashes of what was written last to the object and to its status: the whole would be kept long after it is
        /// done with.
        var latestMain: Int?
        var latestStatus: Int?

        /// Counts what was earned, and one write if there is one left.
        mutating func take(_ task: Int, _ target: ServiceWrite.Target, at now: MonotonicTime) -> Bool {
            var earned = 0
            while left < PendingWrites.burst, since.duration(to: now) >= refill {
                left += 1
                earned += 1
                since = since.advanced(by: refill)
            }
            if left == PendingWrites.burst || earned > 1 { since = now }
            // Who is told something else is not fighting.
            let isOther = task != latest(target)
            if earned > 1 || isOther { refill = PendingWrites.refill.first }
            guard left > 0 else { return false }
            left -= 1
            if target == .main { latestMain = task } else { latestStatus = task }
            // Others were at it all the while.
            if left == 0, earned == 1, !isOther { refill = min(refill * 2, PendingWrites.refill.longest) }
            return true
        }

        /// The hash of what was written last to the object or to its status.
        func latest(_ target: ServiceWrite.Target) -> Int? { target == .main ? latestMain : latestStatus }

        func isRested(at now: MonotonicTime) -> Bool { since.duration(to: now) >= refill * PendingWrites.burst }
    }

    private var queue: WorkQueue<ServiceKey>
    private var tasks: [ServiceKey: Task] = [:]
    private var inFlight: Set<ServiceKey> = []
    /// Until when a Service waits for what comes next, in the order in which it began to.
    private var patient: [(key: ServiceKey, due: MonotonicTime)] = []
    private var patientHead = 0
    private var patientUntil: [ServiceKey: MonotonicTime] = [:]
    private var paces: [ServiceKey: Pace] = [:]
    /// When those that say nothing any more were last looked for.
    private var pacesSwept = MonotonicTime.zero
    /// While the server cannot take requests, nothing is tried before this.
    private var heldUntil: MonotonicTime?
    private var away: Backoff

    init(seed: UInt64) {
        queue = WorkQueue(seed: seed)
        away = Backoff(first: .milliseconds(200), longest: .seconds(5), seed: seed)
    }

    /// Whether nothing is left to do.
    var isEmpty: Bool { tasks.isEmpty && inFlight.isEmpty }

    /// Whether anything is on its way, or would be at once.
    var isWorking: Bool { !inFlight.isEmpty || queue.hasReady }

    subscript(key: ServiceKey) -> Task? { tasks[key] }

    /// Replaces what was to be done about the Service, and makes it due; an outcome is not replaced by tidying, which
    /// is done along with it.
    mutating func add(_ task: Task, for key: ServiceKey) {
        if case .tidy = task, tasks[key] != nil {} else { tasks[key] = task }
        queue.add(key)
    }

    /// Drops what was to be done about a Service that is gone.
    mutating func drop(_ key: ServiceKey) {
        tasks[key] = nil
        patientUntil[key] = nil
        paces[key] = nil
        queue.forget(key)
    }

    /// The next Service to write to; `finish` is owed for it.
    mutating func take(at now: MonotonicTime) -> ServiceKey? {
        wakePatient(at: now)
        if let heldUntil, now < heldUntil { return nil }
        heldUntil = nil
        while inFlight.count < Self.mostInFlight, let key = queue.take(at: now) {
            if tasks[key] != nil {
                inFlight.insert(key)
                return key
            }
            queue.finish(key, succeeded: true, at: now)
        }
        return nil
    }

    /// The work on a Service is over. What came in the meantime is done next.
    ///
    /// `task` is what was worked on, and is done with if it succeeded.
    mutating func finish(
        _ key: ServiceKey, _ task: Task?, succeeded: Bool, least: Duration = .zero, at now: MonotonicTime
    ) {
        inFlight.remove(key)
        if succeeded {
            away.reset()
            heldUntil = nil
        }
        if succeeded, tasks[key] == task {
            tasks[key] = nil
            patientUntil[key] = nil
        }
        queue.finish(key, succeeded: succeeded, least: least, at: now)
        if inFlight.isEmpty { shrink() }
    }

    /// The server could not take the request: everything waits, and then goes on where it was.
    mutating func hold(_ key: ServiceKey, asked: Duration?, at now: MonotonicTime) {
        inFlight.remove(key)
        queue.finish(key, succeeded: true, at: now)
        if tasks[key] != nil { queue.add(key) }
        // Those that were on their way together fail together, and count once.
        if let heldUntil, now < heldUntil { return }
        heldUntil = now.advanced(by: max(away.next(), asked ?? .zero))
    }

    /// What failed is tried again at once: its cause is gone.
    mutating func retryAll() {
        for key in tasks.keys.sorted() where !inFlight.contains(key) { queue.add(key) }
    }

    /// The server takes requests again.
    mutating func release() {
        heldUntil = nil
        away.reset()
    }

    /// The work on a Service goes on when its patience ends.
    mutating func postpone(_ key: ServiceKey, at now: MonotonicTime) {
        inFlight.remove(key)
        queue.finish(key, succeeded: true, at: now)
    }

    /// Whether what only informs should still wait; the first question begins the wait.
    mutating func shouldWait(_ key: ServiceKey, at now: MonotonicTime) -> Bool {
        if let due = patientUntil[key] { return due > now }
        let due = now.advanced(by: Self.patience)
        patientUntil[key] = due
        patient.append((key, due))
        return true
    }

    /// Whether one more write may be made for the Service now, and counts it.
    mutating func mayWrite(_ key: ServiceKey, to target: ServiceWrite.Target, at now: MonotonicTime) -> Bool {
        forgetRested(at: now)
        return paces[key, default: Pace(since: now)].take(tasks[key].hashValue, target, at: now)
    }

    /// Whether what is to be written was written last, too, so that somebody has changed it back.
    func isRepetition(_ key: ServiceKey, to target: ServiceWrite.Target) -> Bool {
        paces[key]?.latest(target) == tasks[key].hashValue
    }

    /// Who has earned all writes again is like one that was never written to.
    private mutating func forgetRested(at now: MonotonicTime) {
        guard pacesSwept.duration(to: now) >= Self.refill.first * Self.burst else { return }
        pacesSwept = now
        paces = paces.filter { !$0.value.isRested(at: now) }
    }

    /// What a burst took is given back once it is over.
    private mutating func shrink() {
        guard tasks.isEmpty, tasks.capacity > Self.keptCapacity else { return }
        (tasks, patientUntil, inFlight) = ([:], [:], [])
        (patient, patientHead) = ([], 0)
    }

    private mutating func wakePatient(at now: MonotonicTime) {
        while patientHead < patient.count, patient[patientHead].due <= now {
            let key = patient[patientHead].key
            patientHead += 1
            if tasks[key] != nil { queue.add(key) }
        }
        if patientHead > 64, patientHead > patient.count / 2 {
            patient.removeFirst(patientHead)
            patientHead = 0
        }
    }

    /// When `take` may have something that it has not now.
    var nextDue: MonotonicTime? {
        let waiting = patientHead < patient.count ? patient[patientHead].due : nil
        guard inFlight.count < Self.mostInFlight else { return nil }
        let next = [waiting, queue.nextDue].compactMap { $0 }.min()
        // Keys that are ready have no due time of their own.
        return heldUntil.map { held in max(held, min(next ?? held, held)) } ?? next
    }
}
