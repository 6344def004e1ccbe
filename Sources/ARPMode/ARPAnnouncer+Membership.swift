public import Announcing
import Configuration
import FoundationEssentials
public import IPAM
public import LoadBalancing
import Logging
import Membership
import Netlink
public import NetworkTypes
import PacketLoop

// The other nodes: heartbeats, keys, and what people ask of a node.
extension ARPAnnouncer {
    static let retryInterval = Duration.seconds(5)
    /// How often settings of the kernel are looked at, which change without notice.
    static let lookInterval = Duration.seconds(30)

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
                arrivalP99: node.arrivals.percentile(99), detectionTime: node.detectionTime,
                isDraining: node.isDraining, addressCount: node.claimCount, received: node.received, lost: node.lost)
        }
        let rejections = (status?.rejections ?? [:]).map { ("\($0.key)", $0.value) }
        return MembershipReport(
            nodes: nodes, isSettling: status?.isSettling ?? false, isDraining: custody.isDraining,
            addressCount: status?.claims.count ?? 0, rejections: Dictionary(rejections, uniquingKeysWith: +),
            provenAhead: custody.speaker.scouting.provenCount, claims: tally.claims, conflicts: tally.conflicts,
            releases: tally.releases, contests: tally.contests, pauses: tally.pauses,
            frames: custody.speaker.counters.sent.map { ($0.protocol, $0.purpose, $0.count) },
            framesRefused: custody.speaker.counters.refused, framesUndecodable: custody.speaker.counters.undecodable,
            heartbeats: status?.beats ?? 0, datagramsSent: heartbeats?.sent ?? 0,
            datagramsUnsent: heartbeats?.unsent ?? 0, allocator: allocatorName, obstacle: obstacle,
            problem: problem(status))
    }

    private func problem(_ status: MemberStatus?) -> String? {
        if status?.hasNamesake == true {
            return "another herald speaks under the name \(custody.node) of this one; give each its own by --node-name"
        }
        guard !custody.roster.others.isEmpty else { return nil }
        return (keyProblem ?? portProblem)?.sentence ?? foreignHeartbeats.sentence(at: loop.now) ?? slowness(status)
    }

    /// Keys and sockets that are in force stay so when they cannot be had anew.
    private var obstacle: String? {
        guard !custody.roster.others.isEmpty else { return nil }
        return (hasKeys ? nil : keyProblem?.sentence) ?? (heartbeats == nil ? portProblem?.sentence : nil)
    }

    /// Nodes that send less often than this one is told to count on.
    private func slowness(_ status: MemberStatus?) -> String? {
        let configured = membership.interval * membership.missed
        let slow = (status?.nodes ?? []).filter { $0.verdict == .alive && $0.detectionTime > configured }
        guard let longest = slow.map(\.detectionTime).max() else { return nil }
        let names = slow.prefix(5).map(\.name.text).joined(separator: ", ") + (slow.count > 5 ? ", ..." : "")
        return
            "the death of \(names) is known after \(longest.wholeNanoseconds / 1_000_000) ms, not "
            + "\(configured.wholeNanoseconds / 1_000_000) ms, since heartbeats come less often from there; set "
            + "membership.interval alike on every node"
    }

    /// The node that allocates, where the nodes choose it.
    private var allocatorName: NodeName? {
        switch custody.toldAllocation?.allocator {
        case .own: custody.node
        case .node(let name): name
        case .unknown, nil: nil
        }
    }

    // MARK: Heartbeats

    /// Takes in changed settings of how the other nodes are known.
    func configure(_ settings: MembershipSettings) {
        guard settings != membership else { return }
        let before = membership
        membership = settings
        custody.roster.membership = settings
        if settings.keyFile != before.keyFile {
            if settings.keyFile == nil { noteNoKeyFile() }
            keyWatch?.stop()
        }
        moveHeartbeats()
        openHeartbeats()
        feed { $0.setMembership(settings, unixTime: Self.unixTime, at: loop.now) }
    }

    private var place: HeartbeatSockets.Place {
        let link = membership.interface.flatMap { custody.speaker.network?.link(named: $0)?.index }
        return HeartbeatSockets.Place(
            port: UInt16(clamping: membership.port), interface: membership.interface, link: link)
    }

    /// An interface that was made anew under the name of the one before has to be bound to anew.
    func followInterface() {
        guard heartbeats != nil, place.link != nil else { return }
        moveHeartbeats()
    }

    private func moveHeartbeats() {
        do {
            try heartbeats?.move(to: place)
            portProblem = nil
        } catch {
            notePortProblem(error)
        }
    }

    /// Opens the sockets once there is someone to talk to and a key to do so, and tells the rest whether there are.
    func openHeartbeats() {
        var obstacle = hasKeys ? nil : keyProblem
        let others = custody.roster.others
        if obstacle == nil, !others.isEmpty, heartbeats == nil {
            do {
                heartbeats = try HeartbeatSockets(at: place, on: loop) { [weak self] datagrams, port in
                    self?.onLoop { $0.receive(datagrams, on: port) }
                }
                portProblem = nil
            } catch {
                notePortProblem(error)
                obstacle = portProblem
            }
        }
        let addresses = others.map { ($0, custody.roster.addresses(of: $0)) }
        heartbeats?.setAddresses(Dictionary(addresses, uniquingKeysWith: +))
        feed { $0.setMembershipObstacle(obstacle, at: loop.now) }
    }

    /// Tries again later.
    private func notePortProblem(_ error: SystemError) {
        let obstacle = Obstacle(
            reason: "MembershipNotOpened",
            sentence: "heartbeats cannot be sent, since UDP port \(membership.port) cannot be opened: \(error)"
                + (error.isAddressInUse
                    ? "; end the program that has it, or set membership.port to another one on every node" : ""))
        if portProblem != obstacle { logger.error("heartbeats cannot be sent", metadata: ["error": "\(error)"]) }
        portProblem = obstacle
        looks?.restart(after: Self.retryInterval)
    }

    private func receive(_ datagrams: [Datagram], on port: UInt16) {
        feed { custody in
            var effects: [Custody.Effect] = []
            for datagram in datagrams {
                noteFormat(of: datagram)
                let new = custody.received(datagram: datagram.payload[...], at: loop.now)
                if case .learned(let name)? = new.first(where: { if case .learned = $0 { true } else { false } }) {
                    heartbeats?.learn(name, at: datagram.source)
                }
                if let sender = custody.member?.lastSender {
                    heartbeats?.noteHeard(sender, from: datagram.source, on: port)
                }
                effects += new
            }
            return effects
        }
    }

    private func noteFormat(of datagram: Datagram) {
        let sentence = foreignHeartbeats.note(
            datagram.payload[...], from: datagram.source.address, at: loop.now)
        guard let sentence else { return }
        logger.error("nodes run versions that do not understand each other", metadata: ["error": "\(sentence)"])
    }

    /// Looks at what time alone may have changed.
    func look() {
        if keyWatch?.isWatching == false, membership.keyFile != nil { Task { await loadKeys() } }
        if heartbeats == nil {
            openHeartbeats()
        } else if portProblem != nil {
            moveHeartbeats()
        } else {
            followInterface()
        }
        prepareDevice()
        lookAtSettings()
        feed { $0.look(unixTime: Self.unixTime, at: loop.now) }
        let isTrying = portProblem != nil || keyWatch?.isWatching == false && membership.keyFile != nil
        let isPressing = isTrying || custody.roster.dependsOnTime || custody.speaker.isWithoutDevice
        looks?.restart(after: isPressing ? Self.retryInterval : Self.lookInterval)
    }

    // MARK: Records

    /// Tells the other nodes what this one has recorded, complete each time; from the first on the nodes choose one that
    /// allocates.
    public func share(_ records: [ServiceKey: SharedAllocation.Record]) {
        let list = records.map { key, record in
            SharedRecord(
                name: key.description, addresses: record.addresses,
                reason: record.obstacle.map { ($0.reason, $0.sentence) } ?? ("", ""))
        }
        feed { $0.setRecords(list, at: loop.now) }
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
}
