/// Runs the body of a lab on a thread of its own, where it may block without starving Swift's pool.
final class LabExecutor: TaskExecutor {
    private let worker: WorkerThread

    init() throws(LabError) {
        worker = try WorkerThread(named: "herald-lab")
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        worker.enqueue { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    func stop() { worker.stop() }
}
