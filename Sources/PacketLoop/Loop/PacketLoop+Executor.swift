internal import Synchronization

extension PacketLoop {
    /// Runs an actor's job in its turn. For the concurrency runtime.
    public func enqueue(_ job: consuming ExecutorJob) {
        post(.job(UnownedJob(job)))
    }

    /// Traps when the caller is not on the loop's thread. For the concurrency runtime.
    public func checkIsolated() {
        precondition(isCurrentThread, "not on the thread of the loop '\(name)'")
    }

    /// Whether the caller is on the loop's thread. For the concurrency runtime.
    public func isIsolatingCurrentContext() -> Bool? { isCurrentThread }

    /// Runs a closure on the loop's thread, after what was handed over before. May be called from any thread.
    ///
    /// There is no limit: who calls this for each of many events must bound what it has outstanding.
    public func execute(_ work: @escaping @Sendable () -> Void) {
        post(.closure(work))
    }

    /// Runs a closure now when on the loop's thread, else as `execute` does.
    func here(_ work: @escaping @Sendable () -> Void) {
        if isCurrentThread { work() } else { execute(work) }
    }

    private func post(_ work: Work) {
        switch inbox.withLock({ $0.add(work) }) {
        case .nothing: break
        case .wake: poller.wake()
        case .drain: startLateThread()
        }
    }

    /// Runs queued work within the bound of a turn.
    func runJobs() {
        if runQueue.isEmpty { inbox.withLock { $0.take(into: &runQueue) } }
        for _ in 0..<Self.turnLimit {
            guard let work = runQueue.popFirst() else { return }
            work.run(on: self)
        }
    }

    private func startLateThread() {
        do {
            try LoopThread.start(name: name) { self.drainLateJobs() }
        } catch {
            drainLateJobs()
        }
    }

    /// Runs what came after the end of the loop, until nothing is left.
    func drainLateJobs() {
        enterThread()
        while true {
            let isDone = inbox.withLock { inbox in
                inbox.isDrained = !inbox.isEmpty
                if inbox.isEmpty { leaveThread() } else { inbox.take(into: &runQueue) }
                return !inbox.isDrained
            }
            if isDone { return }
            while let work = runQueue.popFirst() { work.run(on: self) }
        }
    }
}
