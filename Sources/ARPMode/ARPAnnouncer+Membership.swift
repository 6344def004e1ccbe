import Configuration
import FileSystem
import FoundationEssentials
public import LoadBalancing
import Logging
import Membership
import Netlink
public import NetworkTypes
import PacketLoop
import ServiceLifecycle

// The other nodes: heartbeats, keys, and what people ask of a node.
extension ARPAnnouncer {
    private static let retryInterval = Duration.seconds(5)

    private static var unixTime: Int64 { Int64(Date().timeIntervalSince1970) }

    /// Takes in the nodes of the cluster, which share the addresses together with the configured peers.
    public func setNodes(_ nodes: [NodeName: NodeFacts]) {
        custody.roster.nodes = nodes
        openHeartbeats()
        feed { $0.setNodes(nodes, unixTime: Self.unixTime, at: loop.now) }
        if custody.roster.dependsOnTime { looks?.restart(after: Self.retryInterval) }
    }

    /// Hands over what this node has, or, with false, takes its part again.
    public func setDraining(_ isAsked: Bool) {
        feed { $0.drain(isAsked, at: loop.now) }
    }

    /// Waits until others have taken what they can and returns how many addresses this node still has.
    public func handOver(within limit: Duration) async -> Int {
        await waitForHandover(within: limit)
        return custody.claims.count
    }

    /// A check of this node fails, for the reason given, or no longer: while one does, the node owns nothing.
    public func setCheck(_ name: String, failure: String?) {
        feed { $0.setCheck(name, failure: failure, at: loop.now) }
    }

    /// Offers to others what this node has above its fair share.
    public func rebalance() {
        feed { $0.rebalance(at: loop.now) }
    }

    /// What is known of the other nodes now.
    public func membershipReport() -> MembershipReport {
        let status = custody.member?.status(at: loop.now)
        let nodes = (status?.nodes ?? []).map { node in
            MembershipReport.Node(
                name: node.name, reach: node.reach.rawValue, verdict: "\(node.verdict)",
                arrivalP99: node.arrivals.percentile(99), isDraining: node.isDraining, addressCount: node.claimCount)
        }
        let rejections = (status?.rejections ?? [:]).map { ("\($0.key)", $0.value) }
        return MembershipReport(
            nodes: nodes, isSettling: status?.isSettling ?? false, isDraining: custody.isDraining,
            addressCount: status?.claims.count ?? 0, rejections: Dictionary(rejections, uniquingKeysWith: +),
            claims: tally.claims, conflicts: tally.conflicts, pauses: tally.pauses,
            problem: custody.roster.others.isEmpty ? nil : keyProblem?.sentence)
    }

    /// What should be different on this node, a sentence with its cure each.
    public var adviceSentences: [String] { Set(advice.values.flatMap(\.self)).sorted() }

    /// Says once what the kernel's settings do to addresses on an interface.
    func advise(_ settings: InterfaceSettings, on name: String) {
        guard let network = custody.speaker.network else { return }
        let sentences = SettingsAdvice.sentences(settings, on: name, attach: custody.settings.attach, in: network)
        let known = Set(adviceSentences)
        advice[name] = sentences.isEmpty ? nil : sentences
        for sentence in sentences where !known.contains(sentence) {
            logger.warning(
                "a setting of the kernel keeps addresses from working",
                metadata: ["interface.name": "\(name)", "error": "\(sentence)"])
        }
    }

    // MARK: Keys

    /// Takes the keys of the file; what was in force stays so when they cannot be used.
    func loadKeys() {
        guard let file = membership.keyFile else {
            if hasKeys { return setProblem(nil) }
            guard !isGivenKeys else {
                return setProblem(
                    Obstacle(reason: "Pending", sentence: "the membership key is being read from the cluster"))
            }
            return setProblem(
                Obstacle(
                    reason: "NoMembershipKey",
                    sentence: "there are other nodes, and this one shares addresses with them only under a key; write "
                        + "one to a file on every node and name it under membership.keyFile"))
        }
        do {
            try keys.load(file)
            setProblem(nil)
        } catch {
            logger.error("the membership key cannot be used", metadata: ["error": "\(error.sentence)"])
            // Keys that were taken before stay in force.
            if keys.sealingKey == 0, !hasKeys {
                setProblem(Obstacle(reason: "NoMembershipKey", sentence: error.sentence))
            } else {
                keyProblem = Obstacle(reason: "NoMembershipKey", sentence: error.sentence)
            }
        }
    }

    /// Takes keys that come from elsewhere than a file: a line each, of which the first seals.
    ///
    /// For an announcer that was made to expect them. What was in force stays so when they cannot be used.
    public func setKeys(_ text: [UInt8], from place: String) {
        guard isGivenKeys else { return }
        do {
            try keys.take(text, from: place)
            setProblem(nil)
            logger.notice("membership key in force", metadata: ["source": "\(place)"])
        } catch {
            logger.error("the membership key cannot be used", metadata: ["error": "\(error.sentence)"])
            setKeysMissing(error.sentence)
        }
    }

    /// There are no keys, and why, as a sentence; those that are in force stay so.
    public func setKeysMissing(_ sentence: String) {
        guard isGivenKeys, !hasKeys else { return }
        setProblem(Obstacle(reason: "NoMembershipKey", sentence: sentence))
    }

    private var hasKeys: Bool { keys.tag(of: [], key: keys.sealingKey) != nil }

    private func setProblem(_ obstacle: Obstacle?) {
        keyProblem = obstacle
        openHeartbeats()
    }

    /// Reads the key file again when it changes, until graceful shutdown.
    func followKeyFile() async {
        guard let file = membership.keyFile, let watcher = try? FileWatcher(paths: [file]) else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            for await _ in watcher.changes { await self.loadKeys() }
        }
        watcher.stop()
    }

    // MARK: Heartbeats

    /// Opens the sockets once there is someone to talk to and a key to do so, and tells the rest whether there are.
    private func openHeartbeats() {
        var obstacle = hasKeys ? nil : keyProblem
        let others = custody.roster.others
        if obstacle == nil, !others.isEmpty, heartbeats == nil {
            do {
                heartbeats = try HeartbeatSockets(
                    port: UInt16(clamping: membership.port), interface: membership.interface, on: loop
                ) { [weak self] datagrams in
                    self?.onLoop { $0.receive(datagrams) }
                }
            } catch {
                obstacle = Obstacle(
                    reason: "MembershipNotOpened",
                    sentence: "heartbeats cannot be sent, since UDP port \(membership.port) cannot be opened: \(error)")
                logger.error("heartbeats cannot be sent", metadata: ["error": "\(error)"])
                looks?.restart(after: Self.retryInterval)
            }
        }
        let places = others.map { ($0, custody.roster.addresses(of: $0)) }
        heartbeats?.setPlaces(Dictionary(places, uniquingKeysWith: +))
        feed { $0.setMembershipObstacle(obstacle, at: loop.now) }
    }

    private func receive(_ datagrams: [Datagram]) {
        feed { custody in
            var effects: [Custody.Effect] = []
            for datagram in datagrams {
                let new = custody.received(datagram: datagram.payload[...], at: loop.now)
                if case .learned(let name)? = new.first(where: { if case .learned = $0 { true } else { false } }) {
                    heartbeats?.learn(name, at: datagram.source)
                }
                effects += new
            }
            return effects
        }
    }

    /// Looks at what time alone may have changed.
    func look() {
        if heartbeats == nil { openHeartbeats() }
        feed { $0.look(unixTime: Self.unixTime, at: loop.now) }
        if custody.roster.dependsOnTime { looks?.restart(after: Self.retryInterval) }
    }

    // MARK: Handing over

    /// Returns when others have taken what they can, or after the limit.
    func waitForHandover(within limit: Duration) async {
        guard !custody.isHandedOver else { return }
        let alarm = loop.schedule(after: limit) { [weak self] in self?.onLoop { $0.resumeWaiters() } }
        await withCheckedContinuation { waiters.append($0) }
        alarm.cancel()
    }

    func resumeWaiters() {
        let ready = waiters
        waiters = []
        for waiter in ready { waiter.resume() }
    }

    // MARK: Log

    func log(_ note: Custody.Note) {
        tally.count(note)
        switch note {
        case .memberChanged(let name, let reach):
            logger.notice("node's reach changed", metadata: ["node.name": "\(name)", "reach": "\(reach.rawValue)"])
        case .claimed(let claims):
            for (reason, addresses) in Dictionary(grouping: claims.keys, by: { claims[$0] ?? .fresh }) {
                logger.notice("addresses claimed", metadata: Self.metadata(addresses, because: "\(reason.text)"))
            }
        case .released(let releases):
            for (reason, addresses) in Dictionary(grouping: releases.keys, by: { releases[$0] ?? .notWanted }) {
                logger.notice("addresses let go", metadata: Self.metadata(addresses, because: "\(reason.text)"))
            }
        case .paused:
            logger.warning("this process did not run for some time; it answers for nothing until it has heard others")
        case .resumed: logger.notice("answers go on")
        case .contested(let address, let name, _):
            logger.warning(
                "a node that is not heard announces an address of this one, which yields",
                metadata: ["service.address": "\(address)", "node.name": "\(name)"])
        case .conflicted(let address, let station, let interface):
            logger.error(
                "another host has the address",
                metadata: [
                    "service.address": "\(address)", "station": "\(station)", "interface.name": "\(interface)",
                ])
        }
    }

    /// At most ten addresses are named.
    private static func metadata(_ addresses: [IPAddress], because reason: String) -> Logger.Metadata {
        let named = addresses.sorted().prefix(10).map(\.description).joined(separator: " ")
        let rest = addresses.count > 10 ? " and \(addresses.count - 10) more" : ""
        return ["service.addresses": "\(named)\(rest)", "reason": "\(reason)"]
    }
}

/// What happened since the start, for metrics.
struct Tally {
    var claims: [String: Int] = [:]
    var conflicts = 0
    var pauses = 0

    mutating func count(_ note: Custody.Note) {
        switch note {
        case .claimed(let addresses): for reason in addresses.values { claims[reason.word, default: 0] += 1 }
        case .conflicted: conflicts += 1
        case .paused: pauses += 1
        case .memberChanged, .released, .resumed, .contested: break
        }
    }
}

extension ClaimReason {
    /// For metrics.
    fileprivate var word: String {
        switch self {
        case .fresh: "fresh"
        case .takeover: "takeover"
        case .handover: "handover"
        case .adoption: "adoption"
        }
    }
}

extension ClaimReason {
    /// For the log.
    fileprivate var text: String {
        switch self {
        case .fresh: "no node has had it"
        case .takeover(let name): "its owner \(name.map(\.text) ?? "") is gone"
        case .handover(let name): "\(name.map(\.text) ?? "its owner") gives it away"
        case .adoption: "this node had it before the restart"
        }
    }
}

extension ReleaseReason {
    /// For the log.
    fileprivate var text: String {
        switch self {
        case .notWanted: "it is not wanted any more"
        case .yielded(let name): "\(name.map(\.text) ?? "another node") has it"
        case .cannotServe: "no interface here can serve it"
        case .notEligible: "this node may not own it"
        case .leaving: "this node leaves"
        }
    }
}
