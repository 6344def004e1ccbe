/// Wakes one waiting loop; rings while nobody waits are kept as one.
struct Bell: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func ring() {
        continuation.yield()
    }

    /// Ends the waiting loop.
    func stop() {
        continuation.finish()
    }

    /// False once the bell has been stopped, or the waiting task cancelled. For one waiter.
    func wait() async -> Bool {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next() != nil
    }
}
