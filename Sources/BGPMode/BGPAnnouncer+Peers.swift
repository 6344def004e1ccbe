import BFD
import BGP
import Configuration
import LoadBalancing
import Logging
import NetworkTypes
import PacketLoop

/// Peers come, change and go.
extension BGPAnnouncer {
    /// Works out anew which peers this node has, and touches those that are different.
    func replan() {
        guard isRunning, isHostKnown, areKeysRead, !isClosed else { return }
        var settings = settings
        let isIdle = !isUsed && book.entries.isEmpty
        if isIdle { (settings.peers, settings.listen) = ([], false) }
        lookForNeighbours(settings, isIdle ? nil : facts)
        let new = PeerPlan(
            settings: settings, pools: pools, node: isIdle ? nil : facts, host: host, keys: keyRing.keys,
            neighbours: finder?.neighbours ?? [:], formerIdentifier: identifier)
        let old = plan
        plan = new
        if let chosen = new.specs.first?.session.identifier { identifier = chosen }
        if let obstacle = new.obstacle, obstacle != old?.obstacle, isUsed {
            logger.warning("this node announces nothing", metadata: ["reason": "\(obstacle.sentence)"])
        }
        for peer in new.idle where old?.idle.contains(peer) != true {
            logger.warning(
                "peer cannot be spoken with",
                metadata: ["bgp.peer": "\(peer.name)", "reason": "\(peer.obstacle.sentence)"])
        }
        let names = Set(new.specs.map(\.name))
        for name in drivers.keys where !names.contains(name) { removePeer(name) }
        configureListener(new)
        for spec in new.specs { put(spec) }
        if old?.specs != new.specs || old?.idle != new.idle || old?.obstacle != new.obstacle {
            untold.formUnion(book.wanted.keys)
        }
        settle()
    }

    private func put(_ spec: PeerSpec) {
        var spec = spec
        guard let driver = drivers[spec.name] else { return addPeer(spec) }
        let former = driver.spec
        spec.formerShapes = formerShapes(of: former)
        // BFD follows first: a session that must wait for it is asked after the packets flow.
        if !driver.isResting { watchPath(spec) }
        guard let effect = driver.adopt(spec, restarting: false) else { return }
        if !spec.hasShapes(of: former) { giveAll(to: driver) }
        logger.notice("peer changed", metadata: ["bgp.peer": "\(spec.name)", "effect": "\(effect)"])
    }

    /// How a peer is shown pools that the configuration has no more, as far as addresses still have their names.
    private func formerShapes(of spec: PeerSpec) -> [String: PeerSpec.Shape] {
        let former = spec.shapes.merging(spec.formerShapes) { own, _ in own }.filter { !pools.contains($0.key) }
        guard !former.isEmpty else { return [:] }
        let named = book.pools
        return former.filter { named.contains($0.key) }
    }

    /// The shape of a former pool goes with the last address that has its name.
    func forgetFormerShapes() {
        for driver in drivers.values where !driver.spec.formerShapes.isEmpty {
            var spec = driver.spec
            spec.formerShapes = formerShapes(of: spec)
            _ = driver.adopt(spec, restarting: false)
        }
    }

    private func addPeer(_ spec: PeerSpec) {
        var spec = spec
        let isFirst = knownPeers.insert(spec.name).inserted
        if isFirst, let restart = spec.session.gracefulRestart, !isOver(restart) {
            let hasForwarded = formerProcess.hasForwarded(for: spec.session)
            spec.session.gracefulRestart?.isRestarting = true
            spec.session.gracefulRestart?.hasForwarded = hasForwarded
        }
        lastDriver += 1
        let number = lastDriver
        let name = spec.name
        let driver = PeerDriver(spec, host: host, loop: loop, seed: random.next()) { [weak self] signal in
            self?.onLoop { $0.takeIn(signal, of: name, number) }
        }
        drivers[name] = driver
        numbers[name] = number
        logger.notice(
            "peer added",
            metadata: [
                "bgp.peer": "\(name)", "bgp.address": "\(spec.transport.remote.address)",
                "bgp.asn": "\(spec.session.peerASN)",
            ])
        giveAll(to: driver)
        driver.setShuttingDown(leaving == .marked)
        if isSetComplete { driver.update { $0.completeSet() } }
        begin(driver)
    }

    private func removePeer(_ name: String) {
        guard let driver = drivers.removeValue(forKey: name), let number = numbers.removeValue(forKey: name) else {
            return
        }
        contributors[name] = nil
        logged[name] = nil
        driver.stop(.deconfigured)
        bfd?.unwatch(name)
        retire(driver, number)
        logger.notice("peer removed", metadata: ["bgp.peer": "\(name)"])
    }

    /// Gives what is still to be sent a moment.
    private func retire(_ driver: PeerDriver, _ number: UInt64) {
        retired[number] = driver
        loop.schedule(after: .seconds(2)) { [weak self] in
            self?.onLoop { $0.retired.removeValue(forKey: number)?.tearDown() }
        }
    }

    func watchPath(_ spec: PeerSpec) {
        let hasGone =
            if let detection = spec.detection { bfd?.watch(spec.name, detection) } else { bfd?.unwatch(spec.name) }
        // What it has found must not let a session come up that requires the one that begins now.
        if hasGone == true { drivers[spec.name]?.bfd(.adminDown) }
        let failure = bfd?.failures[spec.name]
        defer { bfdFailures[spec.name] = failure }
        guard let failure, failure != bfdFailures[spec.name] else { return }
        logger.warning("BFD cannot begin", metadata: ["bgp.peer": "\(spec.name)", "reason": "\(failure)"])
    }

    private func configureListener(_ plan: PeerPlan) {
        let keys = plan.accepting.compactMap { spec in spec.transport.key.map { (spec.transport.remote.address, $0) } }
        let before = listener?.problems
        listener?.configure(
            port: settings.listen && !plan.specs.isEmpty ? UInt16(clamping: settings.port) : nil,
            keys: Dictionary(keys) { first, _ in first }, nearby: plan.nearbyFamilies)
        guard let problems = listener?.problems, problems != before else { return }
        for problem in problems.values {
            logger.error("peers cannot be listened for", metadata: ["reason": "\(problem)"])
        }
    }

    // MARK: Neighbours

    /// On the interfaces of peers without an address.
    private func lookForNeighbours(_ settings: BGPSettings, _ node: NodeFacts?) {
        let labels = node?.labels ?? [:]
        let names = Set(
            settings.peers.filter { $0.address == nil && $0.nodes.contains(labels: labels) }.compactMap(\.interface))
        finder?.look(on: names.sorted().compactMap { host.interface(named: $0) })
        tellOfNeighbours()
    }

    func takeIn(_ signal: NeighbourFinder.Signal) {
        guard !isClosed else { return }
        finder?.take(signal)
        if tellOfNeighbours() { replan() }
    }

    /// True when a neighbour was found.
    @discardableResult
    private func tellOfNeighbours() -> Bool {
        guard let finder, !finder.news.isEmpty else { return false }
        let news = finder.news
        finder.news = []
        var hasFound = false
        for item in news {
            switch item {
            case .found(let interface, let router):
                hasFound = true
                logger.notice(
                    "router found", metadata: ["interface.name": "\(interface)", "bgp.address": "\(router)"])
            case .ignored(let interface, let router):
                logger.warning(
                    "second router on an interface is ignored",
                    metadata: ["interface.name": "\(interface)", "bgp.address": "\(router)"])
            case .failed(let interface, let why):
                logger.error(
                    "interface cannot be listened on",
                    metadata: ["interface.name": "\(interface)", "reason": "\(why)"])
            }
        }
        return hasFound
    }

    // MARK: Signals

    func takeIn(_ signal: PeerDriver.Signal, of name: String, _ number: UInt64) {
        guard numbers[name] == number, let driver = drivers[name] else {
            retired[number]?.take(signal)
            return
        }
        driver.take(signal)
        settle()
    }

    func takeIn(_ signal: BFDDriver.Signal) {
        bfd?.take(signal)
        // Most packets change nothing.
        if bfd?.news.isEmpty == false { settle() }
    }

    func takeIn(_ signal: PeerListener.Signal) {
        switch signal {
        case .openAgain: listener?.openAgain()
        case .readable(let family):
            for stream in listener?.accept(family) ?? [] { accept(stream) }
        }
        settle()
    }

    /// Who is not configured is reset without a word, so that nothing of the connection stays behind.
    private func accept(_ stream: TCPStream) {
        let remote = stream.remoteAddress
        let driver = drivers.values.first { driver in
            let own = driver.spec.transport.remote
            return own.address == remote.address && (own.scope == 0 || own.scope == remote.scope)
        }
        guard let driver, driver.spec.session.mode != .active, !isClosed else {
            logger.debug("connection refused", metadata: ["bgp.address": "\(remote.address)"])
            return stream.abort()
        }
        if let minimum = driver.spec.transport.minimumHopLimit, let hops = stream.takeFirstHopLimit(), hops < minimum {
            logger.debug("connection has passed a router", metadata: ["bgp.address": "\(remote.address)"])
            return stream.abort()
        }
        driver.accept(stream)
    }

    // MARK: News

    /// Tells what has happened, and what follows from it.
    func settle() {
        takeInBFD()
        restSessions()
        for (name, driver) in drivers where !driver.news.isEmpty {
            let news = driver.news
            driver.news = []
            var areRoutesNews = false
            for item in news {
                switch item {
                case .state(let state, let reason): log(state, reason, of: name, driver)
                case .fault(let fault):
                    logger.warning(
                        "peer has sent something wrong", metadata: ["bgp.peer": "\(name)", "fault": "\(fault)"])
                case .prefixLimit(let family, let limit):
                    logger.warning(
                        "peer has sent more prefixes than allowed",
                        metadata: ["bgp.peer": "\(name)", "family": "\(family)", "limit": "\(limit)"])
                case .routes: areRoutesNews = true
                }
            }
            if areRoutesNews { noteRoutes(of: driver) }
        }
        tellEffects()
    }

    private func takeInBFD() {
        guard let bfd, !bfd.news.isEmpty else { return }
        let news = bfd.news
        bfd.news = [:]
        for (name, item) in news {
            log(item, of: name)
            guard let driver = drivers[name] else { continue }
            if let fall = item.fall { driver.bfd(fall == .adminDown ? .adminDown : .down) }
            if item.report.state == .up { driver.bfd(.up) }
        }
        // What the sessions have to say of it comes with the next call.
    }

    /// A path that comes and goes is not worth a line at every turn.
    private func log(_ item: BFDDriver.News, of name: String) {
        let state = BFDStateText.text(item.report.state)
        let reason = item.report.state == .up ? "packets flow both ways" : "\(item.report.diagnostic)"
        var isNotable = item.fall != nil || item.report.state == .up
        if isNotable { isNotable = logged[name, default: ToldReasons()].tell("BFD \(state) \(reason)") }
        logger.log(
            level: isNotable ? .notice : .debug, "BFD session changed",
            metadata: ["bgp.peer": "\(name)", "bfd.state": "\(state)", "reason": "\(reason)"])
    }

    /// A retry that fails as the one before is not worth a line at every attempt.
    private func log(_ state: SessionState, _ reason: String, of name: String, _ driver: PeerDriver) {
        var isNotable = state == .established || state == .idle || state == .active
        if state == .established {
            logged[name] = nil
        } else if isNotable {
            isNotable = logged[name, default: ToldReasons()].tell("\(state.rawValue) \(reason)")
            // Addresses that wait for a session say what is wrong with it.
            if isNotable, state == .idle { untold.formUnion(waiting) }
        }
        logger.log(
            level: isNotable ? .notice : .debug, "session changed",
            metadata: ["bgp.peer": "\(name)", "bgp.state": "\(state.rawValue)", "reason": "\(reason)"])
    }
}

/// The words of RFC 5880 section 6.2.
enum BFDStateText {
    static func text(_ state: BFDState) -> String {
        switch state {
        case .adminDown: "AdminDown"
        case .down: "Down"
        case .initializing: "Init"
        case .up: "Up"
        }
    }
}
