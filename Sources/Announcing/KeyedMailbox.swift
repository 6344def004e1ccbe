import NIOConcurrencyHelpers

/// Hands values from many writers to one reader, keeping only the newest value of each key.
///
/// Its memory is bounded by the number of keys, a slow reader loses no state, and a burst reaches it as one batch.
/// The order between keys is not kept.
public final class KeyedMailbox<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var pending: [Key: Value] = [:]
        var reader: Reader?
        var isFinished = false
    }

    private let state = NIOLockedValueBox(State())

    /// Open, with nothing pending; what is posted waits for the first reader.
    public init() {}

    /// Replaces what the reader has not yet taken under this key.
    public func post(_ value: Value, for key: Key) {
        post([key: value])
    }

    /// Posts several values that the reader takes in one batch.
    public func post(_ values: [Key: Value]) {
        guard !values.isEmpty else { return }
        let ready: (Reader, [Key: Value])? = state.withLockedValue { state in
            guard !state.isFinished else { return nil }
            if state.pending.isEmpty {
                state.pending = values
            } else {
                state.pending.merge(values) { _, new in new }
            }
            guard let reader = state.reader else { return nil }
            state.reader = nil
            defer { state.pending = [:] }
            return (reader, state.pending)
        }
        ready?.0.resume(returning: ready?.1)
    }

    /// Ends the reader's loop once it has taken what is pending; later posts are dropped.
    public func finish() {
        let reader = state.withLockedValue { state in
            state.isFinished = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    /// Waits for something to be pending and takes all of it; nil after `finish()` or when the task is cancelled.
    ///
    /// For one reader at a time; a second one that waits ends the first.
    public func take() async -> [Key: Value]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(continuation)
            }
        } onCancel: {
            endWaiting()
        }
    }

    private typealias Reader = CheckedContinuation<[Key: Value]?, Never>

    private func wait(_ reader: Reader) {
        var answer: [Key: Value]??
        var former: Reader?
        // Cancellation is looked at under the lock: its handler takes the lock too, so it either comes later and finds
        // the reader, or has come already and is seen here.
        state.withLockedValue { state in
            if !state.pending.isEmpty {
                answer = .some(state.pending)
                state.pending = [:]
            } else if state.isFinished || Task.isCancelled {
                answer = .some(nil)
            } else {
                former = state.reader
                state.reader = reader
            }
        }
        former?.resume(returning: nil)
        if let answer { reader.resume(returning: answer) }
    }

    private func endWaiting() {
        let reader = state.withLockedValue { state in
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }
}
