import BFD
import NetworkTypes
import PacketLoop

/// Performs what BFD sessions decide, on sockets and timers of the packet loop. To be used on the loop's thread.
final class BFDDriver {
    /// What the loop tells.
    enum Signal: Sendable {
        case transmit(Int)
        case detect(Int)
        case readable(Port)
        case openAgain
        case farewellIsOver(Int)
    }

    /// Where packets are received.
    struct Port: Hashable, Sendable {
        let family: AddressFamily
        let number: UInt16
    }

    /// What the announcer is to know of one session, however often that has changed since it was last asked.
    struct News {
        /// The session as it is now.
        var report: BFD.Session.Report
        /// The other side's state when the session left Up; nil when it has not. One that is down stands for all.
        var fall: BFDState?

        mutating func take(_ new: BFD.Session.Report, wasUp: Bool) {
            report = new
            guard wasUp, new.state == .down, fall == nil || fall == .adminDown else { return }
            fall = new.remoteState
        }
    }

    private struct Receiver {
        let socket: UDPSocket
        let watch: Watch
        var filter: DatagramFilter?
    }

    /// By the name of the peer.
    var news: [String: News] = [:]
    /// What is wrong with receiving packets, by port.
    private(set) var problems: [Port: String] = [:]
    /// Why a session could not be begun.
    private(set) var failures: [String: String] = [:]
    /// Packets in the name of a peer that belonged to no session or broke a rule; of others' the kernel tells nothing.
    private(set) var rejected: UInt64 = 0

    private let loop: PacketLoop
    private let signal: @Sendable (Signal) -> Void
    private var random: SeededGenerator
    private var sessions: [Int: Watched] = [:]
    /// Sessions that only say goodbye any more.
    private var leaving: Set<Int> = []
    private var numbers: [String: Int] = [:]
    private var lastNumber = 0
    private var wanted: [String: PeerSpec.Detection] = [:]
    private var receivers: [Port: Receiver] = [:]
    private var demultiplexer: Demultiplexer<Int>
    private var host = HostAddresses()
    private var retry: LoopTimer?

    private static let retryPause = Duration.seconds(5)
    /// Longer than any sensible detection time.
    private static let longestFarewell = Duration.seconds(5)
    /// Datagrams of one system call.
    private static let batch = 32
    /// Batches that one call takes in, so that a backlog is read before timers fire.
    private static let mostBatches = 64
    /// Octets for packets that wait while others have the processor.
    private static let receiveBuffer = 1 << 20

    init(loop: PacketLoop, seed: UInt64, signal: @escaping @Sendable (Signal) -> Void) {
        self.loop = loop
        self.signal = signal
        random = SeededGenerator(seed: seed)
        demultiplexer = Demultiplexer(seed: seed ^ 0xBFD)
    }

    // MARK: Orders

    /// Watches the path to a peer, or changes how; what is as it was is left alone.
    ///
    /// True when a session had to give way, whose state says nothing of the path any more.
    func watch(_ name: String, _ detection: PeerSpec.Detection) -> Bool {
        wanted[name] = detection
        if let old = session(of: name) {
            var same = old.detection
            same.configuration = detection.configuration
            if same == detection {
                perform(old, .reconfigure(detection.configuration))
                return false
            }
        }
        let hasGone = remove(name)
        begin(name, detection)
        return hasGone
    }

    /// Takes in on which interfaces neighbours are: what says that it comes from one, and comes by another, is forged.
    func setHost(_ host: HostAddresses) {
        self.host = host
        for watched in sessions.values { watched.links = links(of: watched.detection) }
    }

    private func links(of detection: PeerSpec.Detection) -> Set<UInt32> {
        detection.rule == .singleHop ? host.links(towards: detection.remote) : []
    }

    /// Says goodbye by AdminDown, so that the other side does not take it for a failure, and forgets the session when
    /// the other side must have heard it. True when there was one.
    @discardableResult
    func unwatch(_ name: String) -> Bool {
        wanted[name] = nil
        failures[name] = nil
        let hasGone = remove(name)
        updateReceivers()
        return hasGone
    }

    func unwatchAll() {
        for name in Array(wanted.keys) { unwatch(name) }
        retry?.cancel()
    }

    /// Whether the path to a peer is to be watched.
    func isWatching(_ name: String) -> Bool { wanted[name] != nil }

    /// Whether every goodbye has been said.
    var isQuiet: Bool { leaving.isEmpty }

    /// Forgets those that still say goodbye.
    func close() {
        for number in leaving { forget(number) }
    }

    private func session(of name: String) -> Watched? { numbers[name].flatMap { sessions[$0] } }

    private func remove(_ name: String) -> Bool {
        guard let gone = session(of: name) else { return false }
        perform(gone, .disable)
        numbers[name] = nil
        news[name] = nil
        leaving.insert(gone.number)
        let time = gone.session.farewellTime
        if time > .zero {
            loop.schedule(after: min(time, Self.longestFarewell)) { [signal, number = gone.number] in
                signal(.farewellIsOver(number))
            }
        } else {
            forget(gone.number)
        }
        return true
    }

    private func forget(_ number: Int) {
        guard leaving.remove(number) != nil, let gone = sessions.removeValue(forKey: number) else { return }
        gone.transmit.cancel()
        gone.detect.cancel()
        gone.socket.close()
        demultiplexer.remove(number)
        updateReceivers()
    }

    private func begin(_ name: String, _ detection: PeerSpec.Detection) {
        // Two sessions at a time would contradict each other; this one begins after the goodbye of the other.
        guard !leaving.contains(where: { sessions[$0]?.detection.path == detection.path }) else { return }
        do throws(SystemError) {
            try openReceiver(Port(family: detection.remote.family, number: detection.rule.port))
            let (socket, port) = try makeSocket(for: detection)
            lastNumber += 1
            let number = lastNumber
            let discriminator = demultiplexer.add(number, path: detection.path)
            let session = BFD.Session(
                configuration: detection.configuration, discriminator: discriminator, seed: random.next())
            let watched = Watched(
                name, number, detection, session, socket, port,
                transmit: loop.makeTimer { [signal] in signal(.transmit(number)) },
                detect: loop.makeTimer { [signal] in signal(.detect(number)) }, since: loop.now)
            watched.links = links(of: detection)
            sessions[number] = watched
            numbers[name] = number
            failures[name] = nil
            updateReceivers()
            perform(watched, .enable)
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

    private static var options: UDPSocket.Options {
        var options = UDPSocket.Options()
        options.hopLimit = ReceptionRule.transmittedTTL
        options.dscp = .networkControl
        options.maximumLength = 256
        options.batch = batch
        return options
    }

    /// A socket whose port no other session of this system has (RFC 5881 section 4).
    private func makeSocket(for detection: PeerSpec.Detection) throws(SystemError) -> (UDPSocket, UInt16) {
        let own = detection.source ?? SocketAddress.any(detection.remote.family).address
        var options = Self.options
        options.batch = 1
        let taken = Set(sessions.values.map(\.port))
        var attempts = 0
        while true {
            let port = UInt16.random(in: ReceptionRule.sourcePorts, using: &random)
            // There are more ports than sessions that one process could serve.
            if taken.contains(port), taken.count < ReceptionRule.sourcePorts.count / 2 { continue }
            attempts += 1
            do throws(SystemError) {
                let address = SocketAddress(own, port: port, scope: detection.scope)
                return (try UDPSocket(bind: address, options: options), port)
            } catch {
                guard error.isAddressInUse, attempts < 32 else { throw error }
            }
        }
    }

    private func openReceiver(_ port: Port) throws(SystemError) {
        guard receivers[port] == nil else { return }
        var options = Self.options
        options.receiveBuffer = Self.receiveBuffer
        let socket = try UDPSocket(bind: .any(port.family, port: port.number), options: options)
        let watch = try loop.watch(socket.descriptor, for: .read) { [signal] _ in signal(.readable(port)) }
        receivers[port] = Receiver(socket: socket, watch: watch)
    }

    /// Closes those that no session needs, and has the others receive what peers send and nothing else.
    private func updateReceivers() {
        let detections = Dictionary(grouping: sessions.values.map(\.detection)) {
            Port(family: $0.remote.family, number: $0.rule.port)
        }
        for port in receivers.keys {
            if let detections = detections[port] {
                limit(port, to: detections)
            } else if let receiver = receivers.removeValue(forKey: port) {
                receiver.watch.cancel()
                receiver.socket.close()
                problems[port] = nil
            }
        }
    }

    private func limit(_ port: Port, to detections: [PeerSpec.Detection]) {
        let filter = DatagramFilter(
            family: port.family, sources: Set(detections.map(\.remote)),
            minimumHopLimit: detections.map(\.rule.minimumTTL).min() ?? 0, minimumLength: ControlPacket.length)
        guard filter != receivers[port]?.filter else { return }
        do throws(SystemError) {
            try receivers[port]?.socket.setFilter(filter)
            receivers[port]?.filter = filter
            problems[port] = nil
        } catch {
            problems[port] = "BFD packets of others cannot be dropped in the kernel: \(error)"
        }
    }

    // MARK: Signals

    func take(_ signal: Signal) {
        switch signal {
        case .transmit(let number): sessions[number].map { perform($0, .transmitTimerExpired) }
        case .detect(let number): sessions[number].map { perform($0, .detectionTimerExpired) }
        case .readable(let port): receive(port)
        case .openAgain: beginMissing()
        case .farewellIsOver(let number):
            forget(number)
            beginMissing()
        }
    }

    private func beginMissing() {
        for (name, detection) in wanted where numbers[name] == nil { begin(name, detection) }
    }

    private func receive(_ port: Port) {
        guard let socket = receivers[port]?.socket else { return }
        for _ in 0..<Self.mostBatches {
            let tooLong = socket.droppedTooLong
            guard let datagrams = try? socket.receive() else { return }
            for datagram in datagrams where !take(datagram, port) { rejected &+= 1 }
            // A batch that was not full was the last.
            if datagrams.count + socket.droppedTooLong - tooLong < Self.batch { return }
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
        guard
            let number = demultiplexer.session(
                for: packet, path: PeerSpec.Detection.path(datagram.source.address, scope: scope)),
            let watched = sessions[number], watched.detection.rule.port == port.number,
            watched.detection.rule.accepts(ttl: ttl), watched.detection.remote == datagram.source.address,
            watched.detection.scope == scope,
            watched.links.isEmpty || datagram.interfaceIndex.map(watched.links.contains) != false
        else { return false }
        // Answers come out of turn.
        watched.note(isPeriodic: !packet.isPoll && !packet.isFinal, at: loop.now)
        perform(watched, .received(packet))
        return true
    }

    private func perform(_ watched: Watched, _ event: BFD.Session.Event) {
        let wasUp = watched.session.state == .up
        for effect in watched.session.handle(event) {
            switch effect {
            case .send(let packet): send(packet, watched)
            case .startTransmitTimer(let interval): watched.startTransmitTimer(interval, at: loop.now)
            case .shortenTransmitTimer(let interval): watched.shortenTransmitTimer(interval, at: loop.now)
            case .startDetectionTimer(let interval): watched.detect.restart(after: interval)
            case .stopDetectionTimer: watched.detect.cancel()
            case .report(let report):
                watched.since = loop.now
                if report.state != .up { watched.interval = nil }
                news[watched.name, default: News(report: report)].take(report, wasUp: wasUp)
            }
        }
    }

    /// A packet that cannot be sent now is as good as lost on the way.
    private func send(_ packet: ControlPacket, _ watched: Watched) {
        if (try? watched.socket.send(packet.octets, to: watched.remote)) == true { watched.sent += 1 }
    }

    // MARK: Looking

    /// A session as it is now; nil when the peer has none.
    func report(_ name: String, at now: MonotonicTime) -> BGPReport.BFD? {
        guard let detection = wanted[name] else { return nil }
        var report = BGPReport.BFD(
            state: .down, isMultihop: detection.rule.port != ReceptionRule.singleHop.port,
            failure: failures[name])
        guard let watched = session(of: name) else { return report }
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
