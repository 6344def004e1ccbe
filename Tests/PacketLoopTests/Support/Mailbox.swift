import Synchronization

/// Carries values from callbacks on any thread to a test that awaits them.
final class Mailbox<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func put(_ value: Value) {
        continuation.yield(value)
    }

    /// The next `count` values.
    func take(_ count: Int) async -> [Value] {
        var values: [Value] = []
        guard count > 0 else { return [] }
        for await value in stream {
            values.append(value)
            if values.count == count { break }
        }
        return values
    }

    func next() async -> Value? { await take(1).first }
}

/// A number that several threads count up.
final class Counter: Sendable {
    private let number = Atomic(0)

    var value: Int { number.load(ordering: .sequentiallyConsistent) }

    @discardableResult
    func increment() -> Int {
        number.add(1, ordering: .sequentiallyConsistent).newValue
    }
}
