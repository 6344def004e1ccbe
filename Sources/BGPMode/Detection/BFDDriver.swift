import BFD
import NetworkTypes
import PacketLoop

/// Performs what BFD sessions decide, on sockets and timers of the packet loop. To be used on the loop's thread.
final class BFDDriver {
    /// What the loop tells.
    enum Signal: Sendable {
        case transmit(String)
        case detect(String)
        case readable(Port)
        case openAgain
    }

    /// Where packets are received.
    struct Port: Hashable, Sendable {
        let family: AddressFamily
        let number: UInt16
    }

    /// What the announcer is to know.
    struct News {
        let name: String
        let report: BFD.Session.Report
        let wasUp: Bool
    }

    private struct Watched {
        let detection: PeerSpec.Detection
        var session: BFD.Session
        let socket: UDPSocket
        let transmit: LoopTimer
        let detect: LoopTimer
        var since: MonotonicTime
        var lastReceived: MonotonicTime?
        /// Between the peer's last packets, smoothed.
        var interval: Duration?
        var received: UInt64 = 0
        var sent: UInt64 = 0
    }

    private struct Receiver {
        let socket: UDPSocket
        let watch: Watch
    }

    var news: [News] = []
    /// Why packets cannot be received, by port.
    private(set) var problems: [Port: String] = [:]
    /// Why a session could not be begun.
    private(set) var failures: [String: String] = [:]
    /// Packets that belonged to no session or broke a rule.
    private(set) var rejected: UInt64 = 0

    private let loop: PacketLoop
    private let signal: @Sendable (Signal) -> Void
    private var random: SeededGenerator
    private var sessions: [String: Watched] = [:]
    private var wanted: [String: PeerSpec.Detection] = [:]
    private var receivers: [Port: Receiver] = [:]
    private var demultiplexer: Demultiplexer<String>
    private var retry: LoopTimer?

    private static let retryPause = Duration.seconds(5)
    /// Batches that one call takes in, so that a backlog is read before timers fire.
    private static let mostBatches = 64

    init(loop: PacketLoop, seed: UInt64, signal: @escaping @Sendable (Signal) -> Void) {
        self.loop = loop
        self.signal = signal
        random = SeededGenerator(seed: seed)
        demultiplexer = Demultiplexer(seed: seed ^ 0xBFD)
    }

    // MARK: Orders

    /// Watches the path to a peer, or changes how; what is as it was is left alone.
    func watch(_ name: String, _ detection: PeerSpec.Detection) {
        wanted[name] = detection
        if let old = sessions[name] {
            var same = old.detection
            same.configuration = detection.configuration
            guard same != detection else { return perform(name, .reconfigure(detection.configuration)) }
            remove(name)
        }
        begin(name, detection)
    }

    /// Says goodbye by AdminDown, so that the other side does not take it for a failure, and forgets the session.
    func unwatch(_ name: String) {
        wanted[name] = nil
        failures[name] = nil
        remove(name)
        closeIdleReceivers()
    }

    func unwatchAll() {
        for name in Array(wanted.keys) { unwatch(name) }
        retry?.cancel()
    }

    private func remove(_ name: String) {
        guard sessions[name] != nil else { return }
        perform(name, .disable)
        guard let gone = sessions.removeValue(forKey: name) else { return }
        gone.transmit.cancel()
        gone.detect.cancel()
        gone.socket.close()
        demultiplexer.remove(name)
        news.removeAll { $0.name == name }
    }

    private func begin(_ name: String, _ detection: PeerSpec.Detection) {
        do throws(SystemError) {
            try openReceiver(Port(family: detection.remote.family, number: detection.rule.port))
            let socket = try makeSocket(for: detection)
            let discriminator = demultiplexer.add(name, path: Self.path(detection.remote, detection.scope))
            let session = BFD.Session(
                configuration: detection.configuration, discriminator: discriminator, seed: random.next())
            sessions[name] = Watched(
                detection: detection, session: session, socket: socket,
                transmit: loop.makeTimer { [signal] in signal(.transmit(name)) },
                detect: loop.makeTimer { [signal] in signal(.detect(name)) }, since: loop.now)
            failures[name] = nil
            perform(name, .enable)
        } catch {
            failures[name] =
                error.isAddressInUse
                ? "another program on this node has the BFD port \(detection.rule.port)" : "\(error)"
            tryAgainLater()
        }
    }

    /// For sessions whose sockets could not be opened.
    private func tryAgainLater() {
        let timer = retry ?? loop.makeTimer { [signal] in signal(.openAgain) }
        retry = timer
        timer.restart(after: Self.retryPause)
    }

    // MARK: Sockets

    /// A peer has one address, so that is enough to find its session; a link-local one counts on its link.
    private static func path(_ peer: IPAddress, _ scope: UInt32) -> Demultiplexer<String>.Path {
        .init(peer: peer, local: SocketAddress.any(peer.family).address, interface: scope == 0 ? nil : scope)
    }

    private static var options: UDPSocket.Options {
        var options = UDPSocket.Options()
        options.hopLimit = ReceptionRule.transmittedTTL
        options.dscp = .networkControl
        options.maximumLength = 256
        return options
    }

    private func makeSocket(for detection: PeerSpec.Detection) throws(SystemError) -> UDPSocket {
        let own = detection.source ?? SocketAddress.any(detection.remote.family).address
        var last: SystemError?
        for _ in 0..<32 {
            let port = UInt16.random(in: ReceptionRule.sourcePorts, using: &random)
            do throws(SystemError) {
                var options = Self.options
                options.batch = 1
                return try UDPSocket(
                    bind: SocketAddress(own, port: port, scope: detection.scope), options: options)
            } catch {
                guard error.isAddressInUse else { throw error }
                last = error
            }
        }
        if let last { throw last }
        return try UDPSocket(bind: SocketAddress(own), options: Self.options)
    }

    private func openReceiver(_ port: Port) throws(SystemError) {
        guard receivers[port] == nil else { return }
        let socket = try UDPSocket(bind: .any(port.family, port: port.number), options: Self.options)
        let watch = try loop.watch(socket.descriptor, for: .read) { [signal] _ in signal(.readable(port)) }
        receivers[port] = Receiver(socket: socket, watch: watch)
    }

    private func closeIdleReceivers() {
        let used = Set(sessions.values.map { Port(family: $0.detection.remote.family, number: $0.detection.rule.port) })
        for port in receivers.keys where !used.contains(port) {
            guard let receiver = receivers.removeValue(forKey: port) else { continue }
            receiver.watch.cancel()
            receiver.socket.close()
        }
    }

    // MARK: Signals

    func take(_ signal: Signal) {
        switch signal {
        case .transmit(let name): perform(name, .transmitTimerExpired)
        case .detect(let name): perform(name, .detectionTimerExpired)
        case .readable(let port): receive(port)
        case .openAgain:
            for (name, detection) in wanted where sessions[name] == nil { begin(name, detection) }
        }
    }

    private func receive(_ port: Port) {
        guard let socket = receivers[port]?.socket else { return }
        for _ in 0..<Self.mostBatches {
            guard let datagrams = try? socket.receive(), !datagrams.isEmpty else { return }
            for datagram in datagrams where !take(datagram, port) { rejected &+= 1 }
        }
    }

    /// False for what belongs to no session or breaks a rule (RFC 5880 section 6.8.6, RFC 5881 section 5).
    private func take(_ datagram: Datagram, _ port: Port) -> Bool {
        guard let packet = try? ControlPacket(payload: datagram.payload), let ttl = datagram.hopLimit else {
            return false
        }
        let scope =
            datagram.source.address.isLinkLocal && datagram.source.address.family == .ipv6
            ? datagram.interfaceIndex ?? 0 : 0
        guard let name = demultiplexer.session(for: packet, path: Self.path(datagram.source.address, scope)),
            let watched = sessions[name], watched.detection.rule.port == port.number,
            watched.detection.rule.accepts(ttl: ttl), watched.detection.remote == datagram.source.address
        else { return false }
        // Answers come out of turn.
        note(name, isPeriodic: !packet.isPoll && !packet.isFinal)
        perform(name, .received(packet))
        return true
    }

    private func note(_ name: String, isPeriodic: Bool) {
        let now = loop.now
        sessions[name]?.received += 1
        guard isPeriodic else { return }
        if let last = sessions[name]?.lastReceived {
            let gap = last.duration(to: now)
            let former = sessions[name]?.interval ?? gap
            sessions[name]?.interval = former + (gap - former) / 16
        }
        sessions[name]?.lastReceived = now
    }

    private func perform(_ name: String, _ event: BFD.Session.Event) {
        guard let wasUp = sessions[name].map({ $0.session.state == .up }) else { return }
        for effect in sessions[name]?.session.handle(event) ?? [] {
            guard let watched = sessions[name] else { return }
            switch effect {
            case .send(let packet): send(packet, name, watched)
            case .startTransmitTimer(let interval): watched.transmit.restart(after: interval)
            case .stopTransmitTimer: watched.transmit.cancel()
            case .startDetectionTimer(let interval): watched.detect.restart(after: interval)
            case .stopDetectionTimer: watched.detect.cancel()
            case .report(let report):
                sessions[name]?.since = loop.now
                if report.state != .up { sessions[name]?.interval = nil }
                news.append(News(name: name, report: report, wasUp: wasUp))
            }
        }
    }

    /// A packet that cannot be sent now is as good as lost on the way.
    private func send(_ packet: ControlPacket, _ name: String, _ watched: Watched) {
        let remote = SocketAddress(
            watched.detection.remote, port: watched.detection.rule.port, scope: watched.detection.scope)
        if (try? watched.socket.send(packet.octets, to: remote)) == true { sessions[name]?.sent += 1 }
    }

    // MARK: Looking

    /// A session as it is now; nil when the peer has none.
    func report(_ name: String, at now: MonotonicTime) -> BGPReport.BFD? {
        guard let detection = wanted[name] else { return nil }
        var report = BGPReport.BFD(
            state: .down, isMultihop: detection.rule.port != ReceptionRule.singleHop.port,
            failure: failures[name])
        guard let watched = sessions[name] else { return report }
        report.state = watched.session.state
        report.since = watched.since
        report.diagnostic = watched.session.diagnostic == .none ? nil : "\(watched.session.diagnostic)"
        report.interval = watched.interval
        report.detectionTime = watched.session.state == .up ? watched.session.detectionTime : nil
        report.received = watched.received
        report.sent = watched.sent
        return report
    }
}
