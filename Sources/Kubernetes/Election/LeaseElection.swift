public import NetworkTypes

/// Who leads, agreed by a Lease with client-go's rules.
///
/// The holder is judged by when *we* saw the record change, never by the times in it. At most one request runs at a
/// time. Feed it events; perform the effects it returns, in order.
public struct LeaseElection: Sendable {
    /// What is known about the leader.
    public enum Leadership: Hashable, Sendable {
        /// `unbroken`: no other node has led since this one last did, so that nobody else can have written what a leader
        /// writes since this process began.
        case leading(unbroken: Bool)
        /// Empty: nobody, or nobody known.
        case following(holder: String)

        /// Whether this node leads.
        public var isLeading: Bool {
            if case .leading = self { true } else { false }
        }
    }

    /// What happened.
    public enum Event: Equatable, Sendable {
        case started
        case timerFired
        /// Nil: there is none.
        case fetched(Lease?)
        case written(Lease)
        /// Someone else wrote first.
        case conflicted
        case failed
        /// Let go, then end.
        case stopped
    }

    /// What is to be done.
    public enum Effect: Equatable, Sendable {
        case fetch
        case create(LeaseRecord)
        case update(LeaseRecord, resourceVersion: String)
        /// Replaces any running timer.
        case startTimer(Duration)
        case report(Leadership)
        /// Nothing more to do.
        case finished
    }

    private enum Request {
        case none
        case fetch
        case write(sentAt: MonotonicTime)
        case release
    }

    private struct Observation {
        var record: LeaseRecord
        var resourceVersion: String
        var at: MonotonicTime
    }

    private let identity: String
    private let timing: LeaseTiming
    private var generator: SeededGenerator
    private var request = Request.none
    private var observed: Observation?
    private var isLeading = false
    private var isUnbroken = false
    private var renewedAt = MonotonicTime.zero
    private var isStopping = false
    private var reported: Leadership?

    /// `identity` must differ between all who want to lead.
    public init(identity: String, timing: LeaseTiming = .standard, seed: UInt64) {
        self.identity = identity
        self.timing = timing
        generator = SeededGenerator(seed: seed)
    }

    /// `wallClock` is only written into the record, for people.
    public mutating func handle(_ event: Event, at now: MonotonicTime, wallClock: Timestamp) -> [Effect] {
        switch event {
        case .started: return attempt(at: now, wallClock)
        case .timerFired: return timerFired(at: now, wallClock)
        case .fetched(let lease): return fetched(lease, at: now, wallClock)
        case .written(let lease): return written(lease, at: now, wallClock)
        case .conflicted: return conflicted(at: now, wallClock)
        case .failed: return afterRequest(at: now, wallClock) ?? (loseIfLate(at: now) + [retryTimer(at: now)])
        case .stopped:
            isStopping = true
            guard case .none = request else { return [] }
            return end(at: now, wallClock)
        }
    }
}

// Trying.
extension LeaseElection {
    /// A leader renews without reading first, as nobody else should have written.
    private mutating func attempt(at now: MonotonicTime, _ wallClock: Timestamp) -> [Effect] {
        guard isLeading, let observed else {
            request = .fetch
            return [.fetch]
        }
        return write(renewal(of: observed.record, wallClock), over: observed, at: now)
    }

    private mutating func timerFired(at now: MonotonicTime, _ wallClock: Timestamp) -> [Effect] {
        let lost = loseIfLate(at: now)
        guard case .none = request, !isStopping else { return lost }
        return lost + attempt(at: now, wallClock)
    }

    private mutating func fetched(_ lease: Lease?, at now: MonotonicTime, _ wallClock: Timestamp) -> [Effect] {
        if let ending = afterRequest(at: now, wallClock) { return ending }
        guard let lease else {
            observed = nil
            // It may have been deleted: who led then is not known.
            isUnbroken = false
            return loseIfLate(at: now) + create(at: now, wallClock)
        }
        observe(lease, at: now)
        guard let observed else { return [] }
        let holder = observed.record.holder
        if holder == identity {
            if !isLeading { isUnbroken = true }
            return loseIfLate(at: now) + write(renewal(of: observed.record, wallClock), over: observed, at: now)
        }
        isLeading = false
        isUnbroken = false
        if !holder.isEmpty, isValid(observed, at: now) {
            return report(.following(holder: holder)) + [retryTimer(at: now)]
        }
        var record = renewal(of: observed.record, wallClock)
        record.acquireTime = wallClock
        record.transitions = observed.record.transitions &+ 1
        return write(record, over: observed, at: now)
    }

    private mutating func written(_ lease: Lease, at now: MonotonicTime, _ wallClock: Timestamp) -> [Effect] {
        if case .write(let sentAt) = request { renewedAt = sentAt }
        observe(lease, at: now)
        isLeading = lease.spec.holder == identity
        if let ending = afterRequest(at: now, wallClock) { return ending }
        let leadership: Leadership = isLeading ? .leading(unbroken: isUnbroken) : .following(holder: lease.spec.holder)
        return report(leadership) + [retryTimer(at: now)]
    }

    private mutating func conflicted(at now: MonotonicTime, _ wallClock: Timestamp) -> [Effect] {
        if let ending = afterRequest(at: now, wallClock) { return ending }
        let lost = loseIfLate(at: now)
        guard isLeading else { return lost + [retryTimer(at: now)] }
        // Perhaps the answer to an earlier renewal was lost: look before giving up.
        request = .fetch
        return lost + [.fetch, deadlineTimer(at: now)]
    }

    private mutating func create(at now: MonotonicTime, _ wallClock: Timestamp) -> [Effect] {
        request = .write(sentAt: now)
        var record = renewal(of: LeaseRecord(), wallClock)
        record.acquireTime = wallClock
        return [.create(record)]
    }

    private mutating func write(_ record: LeaseRecord, over old: Observation, at now: MonotonicTime) -> [Effect] {
        request = .write(sentAt: now)
        let effect = Effect.update(record, resourceVersion: old.resourceVersion)
        return isLeading ? [effect, deadlineTimer(at: now)] : [effect]
    }

    private func renewal(of record: LeaseRecord, _ wallClock: Timestamp) -> LeaseRecord {
        var renewed = record
        renewed.holder = identity
        renewed.durationSeconds = Int32(clamping: timing.leaseDuration.components.seconds)
        renewed.renewTime = wallClock
        if renewed.acquireTime == nil { renewed.acquireTime = wallClock }
        return renewed
    }
}

// Judging.
extension LeaseElection {
    /// The time of the observation moves only when the record changed.
    private mutating func observe(_ lease: Lease, at now: MonotonicTime) {
        let isUnchanged = observed?.record == lease.spec
        observed = Observation(
            record: lease.spec, resourceVersion: lease.metadata.resourceVersion,
            at: isUnchanged ? observed?.at ?? now : now)
    }

    /// Whether the holder's time is not over, by its own duration within bounds.
    private func isValid(_ observation: Observation, at now: MonotonicTime) -> Bool {
        let seconds = observation.record.durationSeconds
        let duration = seconds > 0 ? Duration.seconds(min(seconds, 3600)) : timing.leaseDuration
        return now < observation.at.advanced(by: duration)
    }

    private mutating func loseIfLate(at now: MonotonicTime) -> [Effect] {
        guard isLeading, now >= renewedAt.advanced(by: timing.renewDeadline) else { return [] }
        isLeading = false
        return report(.following(holder: ""))
    }

    private mutating func report(_ leadership: Leadership) -> [Effect] {
        guard leadership != reported else { return [] }
        reported = leadership
        return [.report(leadership)]
    }
}

// Waiting and ending.
extension LeaseElection {
    /// For followers 1 to 2.2 retry periods, so that they do not all come at once.
    private mutating func retryTimer(at now: MonotonicTime) -> Effect {
        guard isLeading else { return .startTimer(generator.share(100...220, of: timing.retryPeriod)) }
        let left = now.duration(to: renewedAt.advanced(by: timing.renewDeadline))
        return .startTimer(max(.zero, min(timing.retryPeriod, left)))
    }

    private func deadlineTimer(at now: MonotonicTime) -> Effect {
        .startTimer(max(.zero, now.duration(to: renewedAt.advanced(by: timing.renewDeadline))))
    }

    /// Notes that the request is over; what there is to do when we are to end.
    private mutating func afterRequest(at now: MonotonicTime, _ wallClock: Timestamp) -> [Effect]? {
        let finished = request
        request = .none
        guard isStopping else { return nil }
        if case .release = finished { return [.finished] }
        return end(at: now, wallClock)
    }

    private mutating func end(at now: MonotonicTime, _ wallClock: Timestamp) -> [Effect] {
        let wasLeading = isLeading
        isLeading = false
        guard wasLeading, let observed else { return [.finished] }
        request = .release
        var record = observed.record
        record.holder = ""
        record.durationSeconds = 1
        record.acquireTime = wallClock
        record.renewTime = wallClock
        return report(.following(holder: "")) + [.update(record, resourceVersion: observed.resourceVersion)]
    }
}
