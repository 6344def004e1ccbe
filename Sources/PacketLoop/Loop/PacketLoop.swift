internal import Glibc
internal import NetworkTypes
internal import Synchronization

/// One thread that waits for descriptors, timers and jobs, and is the executor of the actors that say so.
///
/// A turn of the loop reads the clock, takes what epoll reports, and then runs, in this order: the handlers of ready
/// descriptors, each once; jobs and closures, in the order in which they came; timers that were due when the turn began.
/// So every socket was looked at after a timer's deadline and before the timer fires, and a process that was frozen
/// hears its peers before it finds them silent. Each kind has a bound per turn, so that none starves the others.
///
/// Callbacks run on the loop's thread, where an actor with this executor may use `assumeIsolated`.
///
/// The thread keeps the loop alive until `stop()`.
public final class PacketLoop: SerialExecutor, @unchecked Sendable {
    /// Jobs, and timers, that one turn runs at most.
    static let turnLimit = 256

    /// The name of the thread; the kernel shows 15 octets of it.
    public let name: String

    let poller: Poller
    let watches = Mutex(WatchTable())
    let inbox = Mutex(Inbox())
    private let thread = Atomic<UInt>(0)
    private let realTime = Atomic<Bool>(false)
    /// When this turn began, or, between turns, when the next must begin at the latest, in nanoseconds.
    private let turnsBy = Atomic<Int64>(.max)
    private let started: Gate
    private let finished: Gate

    // `inbox` and `watches` have their own locks. What follows is read and written on the loop's thread alone.
    var timers = TimerHeap()
    var runQueue = RunQueue()
    var isClosed = false

    private init(name: String) throws(SystemError) {
        self.name = name
        poller = try Poller()
        started = try Gate()
        finished = try Gate()
    }

    /// Starts a loop on a thread of its own.
    ///
    /// `realTime` asks for the kernel's round-robin policy, which is granted with `CAP_SYS_NICE`; without it the loop
    /// runs as an ordinary thread, see `isRealTime`.
    public static func start(name: String, realTime: Bool = false) throws(SystemError) -> PacketLoop {
        let loop = try PacketLoop(name: name)
        try LoopThread.start(name: name) { loop.main(realTime: realTime) }
        loop.started.wait()
        return loop
    }

    /// Whether the thread has the real-time policy that `start` was asked for.
    public var isRealTime: Bool { realTime.load(ordering: .relaxed) }

    /// For how long the loop has been in one turn, or in none though a timer is due: about zero unless it is stuck, or the
    /// kernel does not let it run. To be asked from any thread.
    public var lag: Duration {
        let last = MonotonicTime(nanoseconds: turnsBy.load(ordering: .relaxed))
        return max(.zero, last.duration(to: now))
    }

    /// Whether the caller runs on the loop's thread.
    public var isCurrentThread: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    /// Runs what is queued, drops watches and timers, ends the thread, and returns when that has happened.
    ///
    /// Called on the loop itself it returns at once, and the loop ends after the turn. Two loops must not stop each other.
    /// Jobs that come later still run, one after the other, on a thread borrowed for them: no task waits for ever.
    public func stop() {
        inbox.withLock { if $0.phase == .running { $0.phase = .stopping } }
        poller.wake()
        if !isCurrentThread { finished.wait() }
    }

    private func main(realTime isWanted: Bool) {
        enterThread()
        if isWanted { realTime.store(LoopThread.becomeRealTime(), ordering: .relaxed) }
        if !isRealTime { LoopThread.preferLowLatency() }
        started.open()
        repeat { turn() } while inbox.withLock { $0.phase == .running }
        close()
    }

    private func turn() {
        let time = now
        let next = timers.first?.deadline ?? MonotonicTime(nanoseconds: .max)
        let sleeps = next > time && runQueue.isEmpty && inbox.withLock { $0.fallAsleep() }
        if sleeps { poller.arm(next, now: time) }
        turnsBy.store(sleeps ? next.nanoseconds : time.nanoseconds, ordering: .relaxed)
        let events = poller.wait(blocking: sleeps, watched: watches.withLock { $0.entries.count })
        if sleeps {
            turnsBy.store(now.nanoseconds, ordering: .relaxed)
            inbox.withLock { $0.isAsleep = false }
        }
        dispatch(events)
        runJobs()
        fireTimers(dueAt: time)
    }

    private func close() {
        inbox.withLock { $0.take(into: &runQueue) }
        while let work = runQueue.popFirst() { work.run(on: self) }
        isClosed = true
        turnsBy.store(.max, ordering: .relaxed)
        closeWatches()
        timers.removeAll()
        let hasLateJobs = inbox.withLock { inbox in
            inbox.phase = .closed
            if inbox.isEmpty { leaveThread() }
            inbox.isDrained = !inbox.isEmpty
            return inbox.isDrained
        }
        finished.open()
        if hasLateJobs { drainLateJobs() }
    }

    func enterThread() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
    }

    func leaveThread() {
        thread.store(0, ordering: .relaxed)
    }
}
