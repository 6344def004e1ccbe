import Synchronization

/// Waits for what may never come, as for the answer of a part whose loop stands still.
public enum TimeLimit {
    /// What `work` returns, or nil when it has not within the limit, which is a second or more; it then goes on by itself.
    public static func value<Value: Sendable>(
        within limit: Duration, of work: @Sendable @escaping () async -> Value
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(continuation)
            let alarm = Task {
                try? await Task.sleep(for: limit)
                waiter.resume(with: nil)
            }
            Task {
                waiter.resume(with: await work())
                alarm.cancel()
            }
        }
    }

    /// Resumes once.
    private final class Waiter<Value: Sendable>: Sendable {
        private let continuation: Mutex<CheckedContinuation<Value?, Never>?>

        init(_ continuation: CheckedContinuation<Value?, Never>) {
            self.continuation = Mutex(continuation)
        }

        func resume(with value: Value?) {
            let waiting = continuation.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            waiting?.resume(returning: value)
        }
    }
}
