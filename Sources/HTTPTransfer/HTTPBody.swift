/// The body of an answer in the chunks it arrives in, to be read by one reader.
///
/// A slow reader makes the server wait. When the last copy of the body and its iterators goes away, or the task that
/// waits for a chunk is cancelled, the transfer ends and is freed.
public struct HTTPBody: AsyncSequence, Sendable {
    /// Octets that arrived together.
    public typealias Element = [UInt8]
    /// What ends a body early.
    public typealias Failure = TransferError

    /// Ends the transfer with the last reference to the body.
    final class Lease: Sendable {
        let transfer: Transfer

        init(_ transfer: Transfer) {
            self.transfer = transfer
        }

        deinit {
            transfer.cancel()
        }
    }

    let lease: Lease

    init(_ transfer: Transfer) {
        lease = Lease(transfer)
    }

    /// Reads on from where the last reader stopped.
    public func makeAsyncIterator() -> Iterator {
        Iterator(lease: lease)
    }

    /// Takes the chunks one after the other.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        let lease: Lease

        /// The octets that arrived since the last call, never empty; nil at the end of a complete body.
        public mutating func next() async throws(TransferError) -> [UInt8]? {
            try await lease.transfer.nextChunk()
        }

        /// As `next()`, on the caller's actor.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(TransferError) -> [UInt8]? {
            try await lease.transfer.nextChunk()
        }
    }

    /// The whole body; throws `tooLarge` as soon as it passes `limit` octets.
    public func collect(upTo limit: Int) async throws(TransferError) -> [UInt8] {
        var octets: [UInt8] = []
        var chunks = makeAsyncIterator()
        while let chunk = try await chunks.next() {
            guard chunk.count <= limit - octets.count else {
                throw TransferError(.tooLarge, host: lease.transfer.host, "the body is larger than \(limit) octets")
            }
            octets.append(contentsOf: chunk)
        }
        return octets
    }
}
