import CCurl
import Glibc
import NIOConcurrencyHelpers
import Synchronization

/// The thread that libcurl runs on, and the inbox through which tasks talk to it.
///
/// `@unchecked`: `multi`, `live` and its indexes are used by the loop's thread alone, but for `wakeUp`, which is called
/// under the lock of `inbox` while that is open.
final class TransferLoop: @unchecked Sendable {
    enum Command: Sendable {
        case add(Transfer)
        case remove(Transfer)
        case resume(Transfer)
    }

    private struct Inbox {
        var commands: [Command] = []
        var isOpen = true
        var hasEnded = false
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct LiveTransfer {
        let transfer: Transfer
        let easy: EasyHandle
    }

    /// Outlives `multi`, whose end closes the last of them.
    let connections = OpenConnections()
    private let inbox = NIOLockedValueBox(Inbox())
    private let count = Atomic<Int>(0)
    private var multi: MultiHandle?
    private var live: [ObjectIdentifier: LiveTransfer] = [:]
    private var owners: [EasyHandle.Identity: Transfer] = [:]
    /// Those of `live` that may be silent for too long: watches, few among many.
    private var watched: [ObjectIdentifier: Transfer] = [:]
    /// Who answered a whole request last, and when.
    private var lastAnswer: (endpoint: HTTPEndpoint, time: ContinuousClock.Instant)?

    init() throws(TransferError) {
        guard let multi = MultiHandle() else {
            throw TransferError(.outOfResources, host: "libcurl", "it cannot be initialized")
        }
        self.multi = multi
    }

    var liveTransfers: Int { count.load(ordering: .relaxed) }

    /// Starts the thread, which holds the loop until it ends.
    func start() throws(TransferError) {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        guard unsafe pthread_create(&thread, nil, { unsafe TransferLoop.threadBody($0) }, context) == 0 else {
            unsafe Unmanaged<TransferLoop>.fromOpaque(context).release()
            throw TransferError(.outOfResources, host: "libcurl", "no thread can be started")
        }
        pthread_detach(thread)
    }

    /// Hands a command to the thread; after `stop`, a transfer to be added fails at once.
    func post(_ command: Command) {
        let isPosted = inbox.withLockedValue { inbox in
            guard inbox.isOpen else { return false }
            inbox.commands.append(command)
            if inbox.commands.count == 1 { multi?.wakeUp() }
            return true
        }
        if !isPosted, case .add(let transfer) = command { fail(transfer) }
    }

    /// Asks the thread to end, and resumes the waiter when it has.
    func stop(then waiter: CheckedContinuation<Void, Never>? = nil) {
        let hasEnded = inbox.withLockedValue { inbox in
            guard !inbox.hasEnded else { return true }
            if let waiter { inbox.stopWaiters.append(waiter) }
            if inbox.isOpen {
                inbox.isOpen = false
                multi?.wakeUp()
            }
            return false
        }
        if hasEnded { waiter?.resume() }
    }

    private func fail(_ transfer: Transfer) {
        transfer.finish(.failure(TransferError(.shutDown, host: transfer.host, "shut down")))
    }
}

// On the loop's thread.
extension TransferLoop {
    /// The longest wait with nothing to do.
    private static let longestPoll = Duration.seconds(3600)

    private static func threadBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        // Signals are for other threads; with SIGPIPE blocked, writing to a closed socket is just an error.
        var signals = sigset_t()
        unsafe sigfillset(&signals)
        unsafe pthread_sigmask(SIG_SETMASK, &signals, nil)
        unsafe herald_curl_name_thread("herald-http")
        if let context = unsafe context {
            unsafe Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run()
        }
        return nil
    }

    private func run() {
        if let multi { serve(multi) }
        multi = nil
        let waiters = inbox.withLockedValue { inbox in
            inbox.hasEnded = true
            defer { inbox.stopWaiters = [] }
            return inbox.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func serve(_ multi: MultiHandle) {
        while true {
            let (commands, isOpen) = inbox.withLockedValue { inbox in
                defer { inbox.commands = [] }
                return (inbox.commands, inbox.isOpen)
            }
            for command in commands { perform(command, on: multi) }
            guard isOpen else { break }
            multi.perform()
            while let completion = multi.nextCompletion() { complete(completion, on: multi) }
            multi.poll(milliseconds: endSilent(on: multi))
        }
        for entry in Array(live.values) {
            remove(entry.transfer, from: multi)
            fail(entry.transfer)
        }
    }

    private func perform(_ command: Command, on multi: MultiHandle) {
        switch command {
        case .add(let transfer):
            guard !transfer.isFinished else { return }
            add(transfer, to: multi)
        case .remove(let transfer):
            remove(transfer, from: multi)
        case .resume(let transfer):
            guard let easy = live[ObjectIdentifier(transfer)]?.easy else { return }
            transfer.willResume()
            easy.resume()
        }
    }

    private func add(_ transfer: Transfer, to multi: MultiHandle) {
        do throws(EasyHandle.Refusal) {
            let easy = try EasyHandle(for: transfer)
            guard multi.add(easy) else { throw EasyHandle.Refusal(code: CURLE_FAILED_INIT) }
            live[ObjectIdentifier(transfer)] = LiveTransfer(transfer: transfer, easy: easy)
            owners[easy.identity] = transfer
            if transfer.request.limits.silence != nil { watched[ObjectIdentifier(transfer)] = transfer }
            count.store(live.count, ordering: .relaxed)
        } catch {
            let text = unsafe String(cString: curl_easy_strerror(error.code))
            transfer.finish(.failure(TransferError(error.code, host: transfer.host, text: text)))
        }
    }

    private func remove(_ transfer: Transfer, from multi: MultiHandle) {
        guard let entry = live.removeValue(forKey: ObjectIdentifier(transfer)) else { return }
        owners[entry.easy.identity] = nil
        watched[ObjectIdentifier(transfer)] = nil
        multi.remove(entry.easy)
        count.store(live.count, ordering: .relaxed)
    }

    private func complete(_ completion: MultiHandle.Completion, on multi: MultiHandle) {
        guard let transfer = owners[completion.easy], let entry = live[ObjectIdentifier(transfer)] else { return }
        var code = completion.code
        let text = entry.easy.text(for: code)
        if code == CURLE_OPERATION_TIMEDOUT, !entry.easy.wasConnected {
            code = CURLE_COULDNT_CONNECT
        } else if code == CURLE_OPERATION_TIMEDOUT, transfer.hasNoAnswer, !hasHeard(since: transfer) {
            // A server that answers nothing in time, nor anyone else, may be gone, and its connection with it.
            connections.breakShared(with: transfer.request.endpoint)
        }
        if code == CURLE_OK { lastAnswer = (transfer.request.endpoint, .now) }
        remove(transfer, from: multi)
        let isDone = code == CURLE_OK
        transfer.finish(isDone ? .success(()) : .failure(TransferError(code, host: transfer.host, text: text)))
    }

    /// Whether anything came from the server since the request was made, to whichever request.
    private func hasHeard(since transfer: Transfer) -> Bool {
        let endpoint = transfer.request.endpoint
        if let lastAnswer, lastAnswer.time > transfer.began, lastAnswer.endpoint == endpoint { return true }
        return live.values.contains { other in
            other.transfer.wasHeard(since: transfer.began) && other.transfer.request.endpoint == endpoint
        }
    }

    /// Ends transfers that were silent for too long; returns the milliseconds until the next could be.
    private func endSilent(on multi: MultiHandle) -> Int32 {
        let now = ContinuousClock.now
        var wait = Self.longestPoll
        for transfer in Array(watched.values) {
            guard let deadline = transfer.silenceDeadline else { continue }
            guard deadline <= now else {
                wait = min(wait, deadline - now)
                continue
            }
            // Others on this connection would wait in vain, and new requests would join them.
            connections.breakShared(with: transfer.request.endpoint)
            remove(transfer, from: multi)
            let limit = transfer.request.limits.silence ?? .zero
            transfer.finish(
                .failure(TransferError(.silent, host: transfer.host, "nothing arrived for \(limit)")))
        }
        return Int32(clamping: wait.wholeMilliseconds)
    }
}
