import BGP
import NetworkTypes
import PacketLoop

/// Performs what a `Peer` decides, on sockets and timers of the packet loop. To be used on the loop's thread.
final class PeerDriver {
    /// What the loop tells, from callbacks that may outlive what they were made for.
    enum Signal: Sendable {
        case timer(SessionTimer)
        case ready(ConnectionID, Readiness)
        case closingIsOver(ConnectionID)
    }

    /// What the announcer is to know.
    enum News {
        case state(SessionState, String)
        case fault(UpdateFault)
        case prefixLimit(AddressFamily, UInt32)
        /// The peer has more, or less, of what it is to have than before; without a session it has nothing.
        case routes
    }

    /// How long a connection that is being closed may still send and be read.
    private static let closingTime = Duration.seconds(2)
    /// Connections that are being closed at a time.
    private static let mostClosing = 8
    private static let readLimit = 65_536

    private(set) var spec: PeerSpec
    private(set) var peer: Peer
    private(set) var since: MonotonicTime
    private(set) var reason = "not started"
    private(set) var lastErrorAt: MonotonicTime?
    private(set) var isResting = false
    var news: [News] = []

    private let loop: PacketLoop
    private let signal: @Sendable (Signal) -> Void
    private var host: HostAddresses
    private var connections: [ConnectionID: Connection] = [:]
    private var closing: [(id: ConnectionID, connection: Connection)] = []
    private var timers: [SessionTimer: LoopTimer] = [:]
    private var queue: [SessionEvent] = []
    private var isPerforming = false
    /// The address that the session is spoken from, or, while there is none, that the last connection has.
    private(set) var local: SocketAddress?
    private var nextHops = ExportPolicy.NextHops()
    private var isShuttingDown = false
    private var lastIncoming: UInt64 = 0
    private var lastError: String?

    init(
        _ spec: PeerSpec, host: HostAddresses, loop: PacketLoop, seed: UInt64,
        signal: @escaping @Sendable (Signal) -> Void
    ) {
        self.spec = spec
        self.host = host
        self.loop = loop
        self.signal = signal
        since = loop.now
        peer = Peer(configuration: spec.session, policy: spec.policy, seed: seed)
    }

    var state: SessionState { peer.session.state }
    var isEstablished: Bool { state == .established }

    // MARK: Orders

    func start() {
        isResting = false
        feed(.start)
    }

    /// Ends the session until the next start, with a text for the other side's people.
    func rest(_ text: String) {
        isResting = true
        feed(.stop(.shutdown(text)))
        reason = text
    }

    func stop(_ ending: SessionEnding) { feed(.stop(ending)) }
    func reset(_ text: String) { feed(.reset(text)) }
    func bfd(_ status: BFDStatus) { feed(.bfd(status)) }

    /// Takes in a changed specification; returns what that leads to, in words, or nil when nothing is different.
    func adopt(_ new: PeerSpec, restarting: Bool) -> String? {
        let old = spec
        var new = new
        if let restart = old.session.gracefulRestart {
            new.session.gracefulRestart?.isRestarting = restart.isRestarting
            new.session.gracefulRestart?.hasForwarded = restart.hasForwarded
        }
        guard new != old else { return nil }
        spec = new
        var effect = "routes are looked at again"
        if new.policy != old.policy { setPolicy() }
        if new.session != old.session {
            let count = peer.session.counters.established
            let wasEstablished = isEstablished
            feed(.reconfigure(new.session))
            effect =
                wasEstablished && (!isEstablished || count != peer.session.counters.established)
                ? "the session is reset" : "no reset is needed"
        }
        if new.transport != old.transport {
            feed(.reset("the way to the peer was changed"))
            effect = "the session is reset"
        }
        return effect
    }

    /// Takes in the host's addresses: those that come may be next hops, those that go are none any more.
    func setHost(_ host: HostAddresses) {
        self.host = host
        updateNextHops()
    }

    func setShuttingDown(_ isShuttingDown: Bool) {
        guard isShuttingDown != self.isShuttingDown else { return }
        self.isShuttingDown = isShuttingDown
        setPolicy()
    }

    /// Changes the routes that the peer is to have.
    func update(_ change: (inout AdjRIBOut) -> Void) {
        perform(peer.update(at: loop.now, change))
        run()
    }

    /// The peer has dialled.
    func accept(_ stream: TCPStream) {
        lastIncoming += 1
        let id = ConnectionID.incoming(lastIncoming)
        let connection = Connection(stream, .open)
        do {
            try stream.adopt(options)
            try follow(connection, id)
        } catch {
            return connection.abort()
        }
        connections[id] = connection
        // A session that stands keeps its address until this connection has taken its place.
        if !isEstablished { takeLocalAddress(of: id) }
        feed(.accepted(id))
    }

    /// Closes what is left, at once.
    func tearDown() {
        for timer in timers.values { timer.cancel() }
        timers = [:]
        for connection in connections.values { connection.abort() }
        connections = [:]
        for (_, connection) in closing { connection.close() }
        closing = []
    }

    var isQuiet: Bool { closing.isEmpty && connections.isEmpty }

    // MARK: Signals

    func take(_ signal: Signal) {
        switch signal {
        case .timer(let timer):
            timers[timer] = nil
            feed(.timerExpired(timer))
        case .ready(let id, let readiness):
            if let connection = connections[id] {
                ready(connection, id, readiness)
            } else if let connection = closing.first(where: { $0.id == id })?.connection {
                drain(connection, id)
            }
        case .closingIsOver(let id): forgetClosing(id)
        }
    }

    private func ready(_ connection: Connection, _ id: ConnectionID, _ readiness: Readiness) {
        if connection.phase == .connecting { return finishConnecting(connection, id) }
        do throws(SystemError) {
            if readiness.contains(.writable) { try flush(connection, id) }
            guard !readiness.isDisjoint(with: [.readable, .failed, .hungUp]) else { return run() }
            switch try connection.stream.read(upTo: Self.readLimit) {
            case .octets(let octets): feed(.received(id, octets))
            case .nothing: run()
            case .end: lose(id, "the peer has closed it")
            }
        } catch {
            lose(id, error.reason)
        }
    }

    private func finishConnecting(_ connection: Connection, _ id: ConnectionID) {
        do throws(SystemError) {
            guard try connection.stream.finishConnecting() else { return }
            connection.phase = .open
            connection.updateInterest()
            takeLocalAddress(of: id)
            feed(.connected(id))
        } catch {
            connections[id] = nil
            connection.close()
            feed(.connectFailed(id, error.reason))
        }
    }

    private func lose(_ id: ConnectionID, _ why: String) {
        connections.removeValue(forKey: id)?.close()
        feed(.closed(id, why))
    }

    // MARK: Performing

    private func feed(_ event: SessionEvent) {
        queue.append(event)
        run()
    }

    /// Hands events over one after the other; what performing an effect brings up waits for its turn.
    private func run() {
        guard !isPerforming else { return }
        isPerforming = true
        while !queue.isEmpty {
            let event = queue.removeFirst()
            let effects = peer.handle(event, at: loop.now)
            perform(effects)
            // Of two connections the later one need not be the one that stays.
            for case .established(let id, _) in effects { takeLocalAddress(of: id) }
        }
        isPerforming = false
        if peer.session.lastError != lastError {
            lastError = peer.session.lastError
            lastErrorAt = loop.now
        }
    }

    private func perform(_ effects: [SessionEffect]) {
        for effect in effects {
            switch effect {
            case .connect(let id): connect(id)
            case .close(let id, let how): close(id, how)
            case .send(let id, let octets): send(octets, id)
            case .startTimer(let timer, let duration): start(timer, duration)
            case .stopTimer(let timer): timers.removeValue(forKey: timer)?.cancel()
            case .report(let state, let reason):
                since = loop.now
                self.reason = reason
                news.append(.state(state, reason))
            case .fault(let fault): news.append(.fault(fault))
            case .prefixLimitExceeded(let family, let limit): news.append(.prefixLimit(family, limit))
            case .established, .lost: news.append(.routes)
            case .refreshRequested: break
            }
        }
    }

    private var options: TCPOptions {
        var options = TCPOptions()
        options.hopLimit = spec.transport.hopLimit
        options.minimumHopLimit = spec.transport.minimumHopLimit
        options.dscp = .networkControl
        // The session's own timers come first; this ends what they have left behind.
        options.userTimeout = .seconds(600)
        return options
    }

    private func connect(_ id: ConnectionID) {
        let transport = spec.transport
        do throws(SystemError) {
            let source = transport.source.map { SocketAddress($0, scope: transport.remote.scope) }
            let stream = try TCPStream.connect(
                to: transport.remote, from: source, key: transport.key, options: options)
            let connection = Connection(stream, .connecting)
            do throws(SystemError) {
                try follow(connection, id)
            } catch {
                connection.close()
                throw error
            }
            connections[id] = connection
        } catch {
            queue.append(.connectFailed(id, error.reason))
        }
    }

    private func follow(_ connection: Connection, _ id: ConnectionID) throws(SystemError) {
        try connection.follow(on: loop) { [signal] readiness in signal(.ready(id, readiness)) }
    }

    private func takeLocalAddress(of id: ConnectionID) {
        guard let address = try? connections[id]?.stream.localAddress() else { return }
        local = address
        updateNextHops()
    }

    private func updateNextHops() {
        guard let local else { return }
        // Only one that was asked for may be on another interface than packets leave by.
        let path = spec.transport.source == nil ? nil : spec.transport.remote.sourceTowards
        let hops = host.nextHops(local: local, peer: spec.transport.remote.address, path: path)
        guard hops != nextHops else { return }
        nextHops = hops
        setPolicy()
    }

    private func setPolicy() {
        var policy = spec.policy
        policy.nextHops = nextHops
        policy.isShuttingDown = isShuttingDown
        update { $0.setPolicy(policy) }
        if isEstablished { news.append(.routes) }
    }

    private func send(_ octets: [UInt8], _ id: ConnectionID) {
        guard let connection = connections[id] else { return }
        let before = connection.stream.unsentCount
        do throws(SystemError) {
            guard try connection.stream.write(octets) else {
                connections[id] = nil
                connection.abort()
                return queue.append(.closed(id, "the peer has not read for too long"))
            }
            wrote(connection, id, before: before, added: octets.count)
        } catch {
            connections[id] = nil
            connection.close()
            queue.append(.closed(id, error.reason))
        }
    }

    private func flush(_ connection: Connection, _ id: ConnectionID) throws(SystemError) {
        let before = connection.stream.unsentCount
        try connection.stream.flush()
        wrote(connection, id, before: before, added: 0)
    }

    /// Tells of progress alone: what only waits longer must not restart the send hold timer (RFC 9687 section 3).
    private func wrote(_ connection: Connection, _ id: ConnectionID, before: Int, added: Int) {
        let left = connection.stream.unsentCount
        connection.updateInterest()
        let hasProgress = left < before + added
        if hasProgress || before == 0 { queue.append(.wrote(id, pending: left)) }
        if hasProgress, left == 0, isEstablished { news.append(.routes) }
    }

    private func start(_ timer: SessionTimer, _ duration: Duration) {
        let armed = timers[timer] ?? loop.makeTimer { [signal] in signal(.timer(timer)) }
        timers[timer] = armed
        armed.restart(after: duration)
    }

    // MARK: Closing

    private func close(_ id: ConnectionID, _ how: SessionEffect.Closing) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        switch (how, connection.phase) {
        case (.atOnce, _), (_, .connecting): connection.abort()
        case (.afterFlush, _):
            connection.phase = .closing
            if closing.count >= Self.mostClosing { closing.removeFirst().connection.abort() }
            closing.append((id, connection))
            loop.schedule(after: Self.closingTime) { [signal] in signal(.closingIsOver(id)) }
            finishSending(connection, id)
        }
    }

    /// Sends what is left, and then that nothing more comes, so that the peer reads it before a reset.
    private func finishSending(_ connection: Connection, _ id: ConnectionID) {
        do throws(SystemError) {
            try connection.stream.flush()
            if connection.stream.unsentCount == 0 { try connection.stream.closeWriting() }
            connection.updateInterest()
        } catch {
            forgetClosing(id)
        }
    }

    private func drain(_ connection: Connection, _ id: ConnectionID) {
        if connection.stream.unsentCount > 0 { finishSending(connection, id) }
        do throws(SystemError) {
            if case .end = try connection.stream.read(upTo: Self.readLimit) { forgetClosing(id) }
        } catch {
            forgetClosing(id)
        }
    }

    private func forgetClosing(_ id: ConnectionID) {
        guard let index = closing.firstIndex(where: { $0.id == id }) else { return }
        closing.remove(at: index).connection.close()
    }
}
