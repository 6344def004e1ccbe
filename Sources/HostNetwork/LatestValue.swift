import NIOConcurrencyHelpers

/// A value that any number of readers follow, each by a stream that holds the newest alone.
final class LatestValue<Value: Sendable & Equatable>: Sendable {
    private struct State {
        var value: Value?
        var isFinished = false
        var nextReader: UInt64 = 0
        var readers: [UInt64: AsyncStream<Value>.Continuation] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// Tells the readers, unless the value is the one they have.
    func set(_ value: Value) {
        state.withLockedValue { state in
            guard state.value != value else { return }
            state.value = value
            for reader in state.readers.values { reader.yield(value) }
        }
    }

    /// Ends all streams, and those that are made later after their first value.
    func finish() {
        let readers = state.withLockedValue { state in
            state.isFinished = true
            defer { state.readers = [:] }
            return state.readers
        }
        for reader in readers.values { reader.finish() }
    }

    /// Begins with the value as it is, if there is one.
    func stream() -> AsyncStream<Value> {
        let (stream, reader) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingNewest(1))
        let number: UInt64? = state.withLockedValue { state in
            if let value = state.value { reader.yield(value) }
            guard !state.isFinished else { return nil }
            state.nextReader += 1
            state.readers[state.nextReader] = reader
            return state.nextReader
        }
        guard let number else {
            reader.finish()
            return stream
        }
        reader.onTermination = { [weak self] _ in
            _ = self?.state.withLockedValue { $0.readers.removeValue(forKey: number) }
        }
        return stream
    }
}
