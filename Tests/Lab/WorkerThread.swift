import Glibc
import Synchronization

/// A thread that does jobs in the order given, until it is stopped.
package final class WorkerThread: Sendable {
    package typealias Job = @Sendable () -> Void

    private enum Step { case job(Job), stop }

    private let steps = Mutex<[Step]>([])
    /// One octet for each step that waits.
    private let bell: (read: Descriptor, write: Descriptor)

    /// The name, of up to 15 octets, is what debuggers and `top -H` show.
    init(named name: String) throws(LabError) {
        bell = try Descriptor.makePair()
        try Self.detach { [self] in
            try? Descriptor.open("/proc/thread-self/comm", O_WRONLY).write(Array(name.utf8))
            work()
        }
    }

    func enqueue(_ job: @escaping Job) { append(.job(job)) }

    /// Ends the thread after the jobs already given.
    func stop() { append(.stop) }

    /// Does the job on this thread and waits for its result.
    func sync<Value: Sendable>(_ job: @escaping @Sendable () -> Value) throws(LabError) -> Value {
        let done = try Descriptor.makePair()
        let result = Cell<Value>()
        enqueue { [write = done.write] in
            result.value.withLock { $0 = job() }
            try? write.write([0])
        }
        _ = done.read.read(upTo: 1)
        guard let value = result.value.withLock({ $0 }) else { throw .system("a job on another thread", code: EINTR) }
        return value
    }

    /// Starts a thread that nobody joins.
    package static func detach(_ body: @escaping Job) throws(LabError) {
        let context = unsafe Unmanaged.passRetained(JobBox(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { context in
                if let context = unsafe context {
                    unsafe Unmanaged<JobBox>.fromOpaque(context).takeRetainedValue().body()
                }
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            throw .system("pthread_create", code: code)
        }
        _ = pthread_detach(thread)
    }

    private func append(_ step: Step) {
        steps.withLock { $0.append(step) }
        try? bell.write.write([0])
    }

    private func work() {
        while bell.read.read(upTo: 1).count == 1 {
            switch steps.withLock({ $0.removeFirst() }) {
            case .job(let job): job()
            case .stop: return
            }
        }
    }

    private final class JobBox: Sendable {
        let body: Job
        init(_ body: @escaping Job) { self.body = body }
    }

    private final class Cell<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
