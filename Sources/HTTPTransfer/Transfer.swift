import NIOConcurrencyHelpers

/// One request on its way: what the loop's thread has received and what tasks wait for, behind one lock.
final class Transfer: Sendable {
    typealias Head = Result<HTTPResponseHead, TransferError>
    typealias Chunk = Result<[UInt8]?, TransferError>

    /// What libcurl is to do with octets it hands over.
    enum Acceptance {
        case accepted
        /// To be handed over again after `resume`.
        case full
        case unwanted
    }

    private struct State {
        var reader = ResponseHeadReader()
        var head: HTTPResponseHead?
        var buffer: [UInt8] = []
        var isPaused = false
        var lastActivity = ContinuousClock.now
        /// How it ended; what is buffered can still be read after a success or an interruption.
        var outcome: Result<Void, TransferError>?
        var headWaiter: CheckedContinuation<Head, Never>?
        var chunkWaiter: CheckedContinuation<Chunk, Never>?
    }

    let request: HTTPRequest
    /// When the request was made.
    let began = ContinuousClock.now
    private let loop: TransferLoop
    private let state = NIOLockedValueBox(State())

    init(_ request: HTTPRequest, on loop: TransferLoop) {
        self.request = request
        self.loop = loop
    }

    var connections: OpenConnections { loop.connections }
    var host: String { request.endpoint.name }
    var isFinished: Bool { state.withLockedValue { $0.outcome != nil } }

    /// When silence will have lasted too long; nil: not limited, or the reader is the one who is slow.
    var silenceDeadline: ContinuousClock.Instant? {
        guard let limit = request.limits.silence else { return nil }
        return state.withLockedValue { $0.isPaused ? nil : $0.lastActivity.advanced(by: limit) }
    }

    /// Whether no octet of the answer has arrived.
    var hasNoAnswer: Bool { state.withLockedValue { $0.head == nil } }

    /// Whether some octet of the answer arrived since then.
    func wasHeard(since time: ContinuousClock.Instant) -> Bool {
        state.withLockedValue { $0.head != nil && $0.lastActivity > time }
    }
}

// For tasks.
extension Transfer {
    /// Sends the request and waits for the head.
    func head() async throws(TransferError) -> HTTPResponseHead {
        let head = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waitForHead(continuation)
                loop.post(.add(self))
            }
        } onCancel: {
            cancel()
        }
        return try head.get()
    }

    func nextChunk() async throws(TransferError) -> [UInt8]? {
        let chunk = await withTaskCancellationHandler {
            await withCheckedContinuation { waitForChunk($0) }
        } onCancel: {
            cancel()
        }
        return try chunk.get()
    }

    /// Ends the transfer unless it has ended.
    func cancel() {
        if finish(.failure(TransferError(.cancelled, host: host, "cancelled"))) {
            loop.post(.remove(self))
        }
    }

    private func waitForHead(_ waiter: CheckedContinuation<Head, Never>) {
        let early = state.withLockedValue { state -> Head? in
            guard case .failure(let error) = state.outcome else {
                state.headWaiter = waiter
                return nil
            }
            return .failure(error)
        }
        if let early { waiter.resume(returning: early) }
    }

    private func waitForChunk(_ waiter: CheckedContinuation<Chunk, Never>) {
        var mustResume = false
        let ready = state.withLockedValue { state -> Chunk? in
            if !state.buffer.isEmpty {
                mustResume = state.isPaused && state.outcome == nil
                return .success(Self.takeBuffer(&state))
            }
            if let outcome = state.outcome { return outcome.map { nil } }
            guard state.chunkWaiter == nil else {
                return .failure(TransferError(.invalidRequest, host: host, "the body is read by two readers at once"))
            }
            state.chunkWaiter = waiter
            return nil
        }
        if mustResume { loop.post(.resume(self)) }
        if let ready { waiter.resume(returning: ready) }
    }

    private static func takeBuffer(_ state: inout State) -> [UInt8] {
        defer { state.buffer = [] }
        return state.buffer
    }
}

// For the loop's thread.
extension Transfer {
    /// Takes one line of the head.
    func acceptHeader(_ line: [UInt8]) -> Acceptance {
        let result = state.withLockedValue { state -> Result<HTTPResponseHead?, ResponseHeadReader.Failure> in
            state.lastActivity = .now
            return Result { () throws(ResponseHeadReader.Failure) in try state.reader.read(line) }
        }
        switch result {
        case .success(nil): return .accepted
        case .success(let head?):
            deliver(head)
            return .accepted
        case .failure(.tooLarge):
            let text =
                "its head has more than \(ResponseHeadReader.maximumFields) fields or "
                + "\(ResponseHeadReader.maximumOctets) octets"
            finish(.failure(TransferError(.tooLarge, host: host, text)))
            return .unwanted
        case .failure(.malformed):
            finish(.failure(TransferError(.protocolViolation, host: host, "no valid status line")))
            return .unwanted
        }
    }

    /// Takes octets of the body.
    func acceptBody(_ octets: UnsafeRawBufferPointer) -> Acceptance {
        let (acceptance, waiter, chunk) = state.withLockedValue {
            state -> (Acceptance, CheckedContinuation<Chunk, Never>?, [UInt8]) in
            guard state.outcome == nil else { return (.unwanted, nil, []) }
            guard state.buffer.count < request.bufferLimit else {
                state.isPaused = true
                return (.full, nil, [])
            }
            state.lastActivity = .now
            unsafe state.buffer.append(contentsOf: octets)
            guard let waiter = state.chunkWaiter, !state.buffer.isEmpty else { return (.accepted, nil, []) }
            state.chunkWaiter = nil
            return (.accepted, waiter, Self.takeBuffer(&state))
        }
        waiter?.resume(returning: .success(chunk))
        return acceptance
    }

    /// Clears the pause; libcurl hands over what it held back.
    func willResume() {
        state.withLockedValue {
            $0.isPaused = false
            $0.lastActivity = .now
        }
    }

    /// Sets the outcome and wakes who waits; false when there was one already.
    @discardableResult
    func finish(_ outcome: Result<Void, TransferError>) -> Bool {
        let (isFirst, headWaiter, chunkWaiter, error) = state.withLockedValue {
            state -> (Bool, CheckedContinuation<Head, Never>?, CheckedContinuation<Chunk, Never>?, TransferError) in
            let missing = TransferError(.protocolViolation, host: host, "the answer has no head")
            guard state.outcome == nil else { return (false, nil, nil, missing) }
            state.outcome = outcome
            if case .failure(let error) = outcome, error.kind == .cancelled { state.buffer = [] }
            let waiters = (state.headWaiter, state.chunkWaiter)
            state.headWaiter = nil
            state.chunkWaiter = nil
            guard case .failure(let error) = outcome else { return (true, waiters.0, waiters.1, missing) }
            return (true, waiters.0, waiters.1, error)
        }
        headWaiter?.resume(returning: .failure(error))
        chunkWaiter?.resume(returning: outcome.map { nil })
        return isFirst
    }

    private func deliver(_ head: HTTPResponseHead) {
        let waiter = state.withLockedValue { state in
            state.head = head
            defer { state.headWaiter = nil }
            return state.headWaiter
        }
        waiter?.resume(returning: .success(head))
    }
}
