import Glibc

/// Asks the kernel for changes in the network namespace of the thread that made it, and waits for its answers.
///
/// Each call blocks, for at most the limit: call it from a thread of its own, never from the packet thread or from the
/// shared pool. 1,000 IPv4 addresses take 5 to 15 ms.
///
/// IPv6 costs more: with each request the kernel goes through the link's multicast groups, of which every address adds
/// one where neighbours are looked for. 1,000 addresses take 20 ms on `lo` or a TUN device but 300 ms on Ethernet, and
/// ten times as many take a hundred times as long there: give those long lifetimes.
public final class NetlinkRequests {
    /// An address for which a request failed.
    public struct Failure: Error, Hashable {
        /// The address asked for.
        public let key: AddressKey
        /// Why it failed.
        public let error: NetlinkError
    }

    /// Messages in one datagram: what the kernel answers to them, an error with its text each, always finds room.
    private static let batchSize = 128
    private static let receiveBuffer = 1 << 20
    private static let dumpAttempts = 10

    private let socket: NetlinkSocket
    private let limit: Duration
    private var sequence: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: NetlinkSocket.datagramLimit)

    /// `limit` is the longest wait for one batch of 128 addresses, one dump, or one other request.
    public init(limit: Duration = .seconds(2)) throws(NetlinkError) {
        self.limit = limit
        socket = try NetlinkSocket(receiveBuffer: Self.receiveBuffer)
    }

    // MARK: Addresses

    /// Adds addresses that are not there yet and returns those that could not be added.
    ///
    /// An address that is there fails with `.alreadyExists`, whoever set it: look at its mark before it is refreshed.
    public func add(_ assignments: [AddressAssignment]) throws(NetlinkError) -> [Failure] {
        try batch(assignments, "adding", \.key) { assignment, flags, sequence, writer in
            AddressMessage.put(
                assignment, flags: flags.union([.create, .exclusive]), sequence: sequence, into: &writer)
        }
    }

    /// Gives addresses that are ours their lifetime anew and returns those that failed.
    ///
    /// An address that is gone stays so and fails with `.notFound`: a process that was frozen for longer than the lifetime
    /// may have lost its right meanwhile. One of the same key is marked as ours, whoever set it: pass only what was added
    /// or found to be ours. The kernel tells all listeners of each; `NetlinkMonitor` drops that.
    public func refresh(_ assignments: [AddressAssignment]) throws(NetlinkError) -> [Failure] {
        let failures = try batch(assignments, "refreshing", \.key) { assignment, flags, sequence, writer in
            // Linux adds an address that is gone even without NLM_F_CREATE. Only for one that is new does it look at
            // the request to join a group, which for an address that is none it refuses.
            var existing = assignment
            existing.flags.insert(.joinsGroup)
            AddressMessage.put(existing, flags: flags.union(.replace), sequence: sequence, into: &writer)
        }
        return failures.map { failure in
            guard failure.error.reason == .invalid else { return failure }
            let gone = NetlinkError(failure.error.request, .notFound, "the address is not there any more")
            return Failure(key: failure.key, error: gone)
        }
    }

    /// Removes addresses, whoever set them, and returns those that failed; one that is gone fails with `.notFound`.
    public func remove(_ keys: [AddressKey]) throws(NetlinkError) -> [Failure] {
        try batch(keys, "removing", \.self) { key, flags, sequence, writer in
            AddressMessage.remove(key, flags: flags, sequence: sequence, into: &writer)
        }
    }

    /// What herald set, in this process or one before it.
    public func ownAddresses() throws(NetlinkError) -> [InterfaceAddress] {
        var found: [InterfaceAddress] = []
        try dump(.addresses) { change in
            if case .address(let address) = change, address.isOurs { found.append(address) }
        }
        return found
    }

    /// Removes every address that is ours and not wanted, and returns those that failed; one that is gone is none.
    public func sweep(keeping isWanted: (InterfaceAddress) -> Bool) throws(NetlinkError) -> [Failure] {
        let unwanted = try ownAddresses().filter { !isWanted($0) }
        return try remove(unwanted.map(\.key)).filter { $0.error.reason != .notFound }
    }

    // MARK: Links and everything

    /// Sets a link up or down.
    public func setLink(_ link: LinkIndex, up: Bool) throws(NetlinkError) {
        try perform("setting link \(link) \(up ? "up" : "down")") {
            LinkMessage.set(link, up: up, sequence: $0)
        }
    }

    /// Stops the kernel from giving a link IPv6 addresses of its own making; without IPv6 there is nothing to stop.
    public func stopGeneratingAddresses(on link: LinkIndex) throws(NetlinkError) {
        do throws(NetlinkError) {
            try perform("setting addrgenmode of link \(link)") {
                LinkMessage.withoutGeneratedAddresses(link, sequence: $0)
            }
        } catch {
            guard error.reason == .notSupported else { throw error }
        }
    }

    /// Reads links and addresses, at one time each.
    public func state() throws(NetlinkError) -> NetworkState {
        var state = NetworkState()
        for table in NetworkTable.allCases { try dump(table) { state.apply($0) } }
        return state
    }

    // MARK: Sending and waiting

    /// Sends what `write` makes of each item, in batches with one answer each; a failed item has an answer of its own.
    private func batch<Item>(
        _ items: [Item], _ verb: String, _ key: (Item) -> AddressKey,
        write: (Item, MessageFlags, UInt32, inout NativeWriter) -> Void
    ) throws(NetlinkError) -> [Failure] {
        var failures: [Failure] = []
        for start in stride(from: 0, to: items.count, by: Self.batchSize) {
            let part = items[start..<min(start + Self.batchSize, items.count)]
            let first = nextSequence(count: part.count)
            var writer = NativeWriter()
            for (offset, item) in part.enumerated() {
                let isLast = offset == part.count - 1
                write(item, isLast ? [.request, .acknowledge] : .request, first &+ UInt32(offset), &writer)
            }
            let request =
                "\(verb) \(items.count == 1 ? "\(key(part[start]))" : "\(items.count) addresses")"
            try socket.send(writer.bytes, request: request)
            try awaitAnswers(first, count: part.count, request) { offset, answer in
                let key = key(part[start + offset])
                let error = NetlinkError(
                    "\(verb) \(key)", errorNumber: answer.errorNumber, kernelText: answer.text)
                failures.append(Failure(key: key, error: error))
            }
        }
        return failures
    }

    private func perform(_ request: String, _ make: (UInt32) -> [UInt8]) throws(NetlinkError) {
        let first = nextSequence(count: 1)
        try socket.send(make(first), request: request)
        var failure: NetlinkError?
        try awaitAnswers(first, count: 1, request) { _, answer in
            failure = NetlinkError(request, errorNumber: answer.errorNumber, kernelText: answer.text)
        }
        if let failure { throw failure }
    }

    /// Waits for the answer to the last of `count` requests; hands on each error with the place of its request.
    private func awaitAnswers(
        _ first: UInt32, count: Int, _ request: String, onError: (Int, Answer) -> Void
    ) throws(NetlinkError) {
        var isComplete = false
        try receive(request, until: { isComplete }) { header, content in
            let offset = Int(header.sequence &- first)
            guard case .answer(let answer) = content, offset < count else { return }
            if answer.errorNumber != 0 { onError(offset, answer) }
            if offset == count - 1 { isComplete = true }
        }
    }

    /// Reads a table, again from the start where the kernel says that it changed meanwhile.
    ///
    /// `body` may then see an entry twice, but never one that was gone before the call.
    private func dump(_ table: NetworkTable, _ body: (NetlinkChange) -> Void) throws(NetlinkError) {
        for _ in 0..<Self.dumpAttempts {
            var entries: [NetlinkChange] = []
            if try dumpOnce(table, { entries.append($0) }) { return entries.forEach(body) }
        }
        throw NetlinkError("reading \(table)", errorNumber: EBUSY)
    }

    /// False when entries may be missing.
    private func dumpOnce(_ table: NetworkTable, _ body: (NetlinkChange) -> Void) throws(NetlinkError)
        -> Bool
    {
        let request = "reading \(table)"
        let sequence = nextSequence(count: 1)
        try socket.send(table.dump(sequence: sequence), request: request)
        var isWhole = true
        var outcome: Int32?
        try receive(request, until: { outcome != nil }) { header, content in
            guard header.sequence == sequence else { return }
            if header.flags.contains(.dumpInterrupted) { isWhole = false }
            switch content {
            case .change(let change): body(change)
            case .done(let number): outcome = -number
            case .answer(let answer): outcome = answer.errorNumber
            case .overrun, .irrelevant: break
            }
        }
        if outcome == EBUSY {
            // A dump that an earlier call gave up on is under way; it ends as its parts are taken.
            while try socket.receive(into: &buffer) != .nothing {}
            return false
        }
        if let outcome, outcome != 0 { throw NetlinkError(request, errorNumber: outcome) }
        return isWhole
    }

    private func receive(
        _ request: String, until isComplete: () -> Bool,
        _ body: (MessageHeader, NetlinkMessage.Content) -> Void
    ) throws(NetlinkError) {
        let start = ContinuousClock.now
        while !isComplete() {
            switch try socket.receive(into: &buffer) {
            case .overrun: throw NetlinkError(request, errorNumber: ENOBUFS)
            case .datagram(let count):
                _ = NetlinkMessage.forEach(in: NativeReader(buffer, count: count), body)
            case .nothing:
                let left = limit - start.duration(to: .now)
                guard left > .zero, socket.wait(atMost: left) else {
                    throw NetlinkError(request, timedOutAfter: limit)
                }
            }
        }
    }

    private func nextSequence(count: Int) -> UInt32 {
        defer { sequence &+= UInt32(truncatingIfNeeded: count) }
        return sequence &+ 1
    }
}
