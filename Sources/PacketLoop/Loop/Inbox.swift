/// What any thread may hand to a loop.
enum Work {
    case job(UnownedJob)
    case closure(@Sendable () -> Void)

    func run(on loop: PacketLoop) {
        switch self {
        case .job(let job): unsafe job.runSynchronously(on: loop.asUnownedSerialExecutor())
        case .closure(let run): run()
        }
    }
}

/// Work that has come and was not taken yet, and what the loop is doing meanwhile. Guarded by the loop's lock.
struct Inbox {
    enum Phase { case running, stopping, closed }

    /// What the sender of work has to do after it let go of the lock.
    enum Duty { case nothing, wake, drain }

    var phase = Phase.running
    var isAsleep = false
    /// After the end of the loop: a thread is running late work.
    var isDrained = false
    private var work: [Work] = []

    var isEmpty: Bool { work.isEmpty }

    mutating func add(_ new: Work) -> Duty {
        work.append(new)
        if phase == .closed {
            defer { isDrained = true }
            return isDrained ? .nothing : .drain
        }
        defer { isAsleep = false }
        return isAsleep ? .wake : .nothing
    }

    /// True when there is nothing to do, and from then on the next sender wakes the loop.
    mutating func fallAsleep() -> Bool {
        isAsleep = work.isEmpty && phase == .running
        return isAsleep
    }

    /// Moves all work behind what the queue holds.
    mutating func take(into queue: inout RunQueue) {
        queue.take(&work)
    }
}

/// Work in the loop's hands, first come, first served.
struct RunQueue {
    /// Room that is kept from one turn to the next.
    private static let keptCapacity = 1024

    private var work: [Work] = []
    private var next = 0

    var isEmpty: Bool { next == work.count }

    mutating func take(_ new: inout [Work]) {
        if isEmpty {
            reset()
            swap(&work, &new)
        } else {
            work += new
            new.removeAll(keepingCapacity: new.capacity <= Self.keptCapacity)
        }
    }

    mutating func popFirst() -> Work? {
        guard next < work.count else { return nil }
        let first = work[next]
        next += 1
        if isEmpty { reset() }
        return first
    }

    private mutating func reset() {
        work.removeAll(keepingCapacity: work.capacity <= Self.keptCapacity)
        next = 0
    }
}
