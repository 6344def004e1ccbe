import Announcing
import BGP
import Configuration
import IPAM
import LoadBalancing
import Logging
import NetworkTypes
import PacketLoop

/// Routes follow the book, and what became of them is told.
extension BGPAnnouncer {
    /// Does what the book orders: new addresses are held before they are routed, old ones routed no more before they
    /// are let go of.
    func carryOut(_ orders: RouteBook.Orders) {
        hold(orders.attach)
        if !orders.routes.isEmpty { giveRoutes(of: orders.routes) }
        forgetFormerShapes()
        letGo(orders.detach)
        untold.formUnion(orders.effects)
        if let next = book.nextExpiry { expiryTimer?.restart(at: next) }
        sweepOnce()
        if !isUsed, book.entries.isEmpty, !drivers.isEmpty { replan() }
        settle()
    }

    private func giveRoutes(of addresses: Set<IPAddress>) {
        for driver in drivers.values {
            driver.update { routes in
                for address in addresses { give(address, to: driver, &routes) }
            }
        }
    }

    private func give(_ address: IPAddress, to driver: PeerDriver, _ routes: inout AdjRIBOut) {
        let spec = driver.spec
        let isRouted = book.isRouted(address)
        let entry = book.entries[address]
        guard let shape = isRouted ? spec.shape(ofPool: entry?.pool) : nil else {
            return take(address, from: spec, &routes)
        }
        let prefix = shape.prefix(of: address)
        // Its pool may have been another one, with prefixes of another length.
        take(address, from: spec, but: prefix, &routes)
        if prefix.prefixLength < address.family.bitWidth {
            contributors[spec.name, default: [:]][prefix, default: []].insert(address)
        }
        routes.set(prefix, shape.attributes)
    }

    /// Wants an address in no prefix any more, or only in one; a prefix that several addresses share goes with the last
    /// of them.
    private func take(
        _ address: IPAddress, from spec: PeerSpec, but kept: CIDR? = nil, _ routes: inout AdjRIBOut
    ) {
        for prefix in spec.prefixes(of: address) where prefix != kept {
            contributors[spec.name]?[prefix]?.remove(address)
            // One of a single address has no contributors.
            guard contributors[spec.name]?[prefix]?.isEmpty != false else { continue }
            contributors[spec.name]?[prefix] = nil
            routes.set(prefix, nil)
        }
    }

    /// Works out all routes of one peer anew; what is as it was is not sent again.
    func giveAll(to driver: PeerDriver) {
        let spec = driver.spec
        contributors[spec.name] = nil
        var all: [CIDR: RouteAttributes] = [:]
        for (address, entry) in book.entries where entry.attachment == .held {
            guard let shape = spec.shape(ofPool: entry.pool) else { continue }
            let prefix = shape.prefix(of: address)
            if prefix.prefixLength < address.family.bitWidth {
                contributors[spec.name, default: [:]][prefix, default: []].insert(address)
            }
            all[prefix] = shape.attributes
        }
        driver.update { $0.replaceAll(with: all) }
    }

    // MARK: The complete set

    /// Peers get an End-of-RIB once what is to be announced is known, and held.
    func completeSetIfKnown() {
        guard isSourceComplete, !book.isAwaitingKernel else { return }
        completeSet(because: "all is known")
    }

    func completeSet(because reason: String) {
        guard !isSetComplete, !isClosed else { return }
        isSetComplete = true
        logger.debug("routes are complete", metadata: ["reason": "\(reason)"])
        for driver in drivers.values { driver.update { $0.completeSet() } }
        settle()
    }

    // MARK: Eligibility

    /// A node that may not announce any more marks its routes, waits for traffic to leave, and withdraws them; then its
    /// sessions may rest.
    func reconsiderEligibility() {
        guard !isClosed else { return }
        let new = nodeObstacle()
        if new != refusal {
            refusal = new
            if let new {
                logger.notice("this node leaves", metadata: ["reason": "\(new.sentence)"])
            } else {
                logger.notice("this node may announce again")
            }
            untold.formUnion(book.wanted.keys)
        }
        switch (new, leaving) {
        case (_?, .no): beginLeaving()
        case (nil, .marked), (nil, .gone):
            leaving = .no
            graceTimer?.cancel()
            for driver in drivers.values { driver.setShuttingDown(false) }
            carryOut(book.setEligible(true, at: loop.now))
        case (_?, .marked), (_?, .gone), (nil, .no): break
        }
        resumeSessions()
        // A grace for a node that is not ready runs out by time alone.
        if let facts, facts.readiness != .ready { lookTimer?.restart(after: .seconds(1)) }
        settle()
    }

    private func nodeObstacle() -> Obstacle? {
        if isDraining {
            return Obstacle(
                reason: "Draining", sentence: "node \(node) is drained; end that by  herald undrain")
        }
        guard let facts else {
            guard hasNodes else { return nil }
            return Obstacle(
                reason: "NodeUnknown",
                sentence:
                    "the cluster has no node \(node), so this herald announces nothing; give the node's name with "
                    + "--node-name")
        }
        let rule = NodeEligibility(selector: settings.nodes.selector ?? .init([]))
        return rule.obstacle(among: [facts], at: WallClock.seconds).map { obstacle in
            let why = rule.refusal(of: facts, at: WallClock.seconds)?.rawValue ?? obstacle.reason
            return Obstacle(reason: why, sentence: "node \(node) may not announce: \(obstacle.sentence)")
        }
    }

    private func beginLeaving() {
        let isHeard = drivers.values.contains { $0.isEstablished && $0.peer.routes.sentCount > 0 }
        guard isHeard, settings.grace > .zero else { return leave() }
        leaving = .marked
        for driver in drivers.values { driver.setShuttingDown(true) }
        let timer = graceTimer ?? loop.makeTimer { [weak self] in self?.onLoop { $0.leave() } }
        graceTimer = timer
        timer.restart(after: settings.grace)
    }

    private func leave() {
        guard !isClosed else { return }
        leaving = .gone
        restDeadline = loop.now.advanced(by: Self.restLimit)
        loop.schedule(after: Self.restLimit) { [weak self] in self?.onLoop { $0.settle() } }
        carryOut(book.setEligible(false, at: loop.now))
        for driver in drivers.values { driver.setShuttingDown(false) }
        settle()
    }

    // MARK: Telling

    /// With a session lost, every address may look different; otherwise those that waited may not any more.
    func noteRoutes(of driver: PeerDriver) {
        if !driver.isEstablished {
            untold.formUnion(book.wanted.keys)
        } else if driver.peer.isFlushed {
            untold.formUnion(waiting)
        }
    }

    func tellEffects() {
        guard !untold.isEmpty else { return }
        var news: [IPAddress: AnnouncementEffect.State] = [:]
        for address in untold {
            let state = book.wanted[address].map(effect) ?? (book.entries[address] == nil ? .withdrawn : nil)
            guard let state, told[address] != state else { continue }
            switch state {
            case .withdrawn:
                waiting.remove(address)
                guard told.removeValue(forKey: address) != nil else { continue }
            case .inEffect:
                waiting.remove(address)
                told[address] = state
            case .owned, .pending, .blocked, .conflicted, .conflictOver:
                waiting.insert(address)
                told[address] = state
            }
            news[address] = state
        }
        untold = []
        effects.post(news)
    }

    /// What became of one address.
    private func effect(of announcement: Announcement) -> AnnouncementEffect.State {
        let address = announcement.address
        if let refusal, leaving != .no { return .blocked(refusal) }
        guard let entry = book.entries[address] else {
            return .blocked(
                Obstacle(
                    reason: "NoEndpoint",
                    sentence: "externalTrafficPolicy is Local and no pod of the Service is ready on node \(node)"))
        }
        if let obstacle = deviceObstacle, attachmentLink == nil { return .blocked(obstacle) }
        switch entry.attachment {
        case .failed(let obstacle): return .blocked(obstacle)
        case .asked: return .pending(Obstacle(reason: "Pending", sentence: "\(address) is being added to this node"))
        case .held: break
        }
        if let obstacle = plan?.obstacle { return .blocked(obstacle) }
        return reach(of: address, entry)
    }

    /// In effect when one peer has it.
    private func reach(of address: IPAddress, _ entry: RouteBook.Entry) -> AnnouncementEffect.State {
        let isHad = drivers.values.contains { driver in
            guard driver.isEstablished, driver.peer.isFlushed, let shape = driver.spec.shape(ofPool: entry.pool) else {
                return false
            }
            return driver.peer.routes.isAnnounced(shape.prefix(of: address))
        }
        return isHad ? .inEffect(interface: attachmentName) : obstacle(to: address, entry)
    }

    /// Why no peer has an address.
    ///
    /// Every address tells it, so it changes only when what went wrong is something else, not with a peer's own words.
    private func obstacle(to address: IPAddress, _ entry: RouteBook.Entry) -> AnnouncementEffect.State {
        var refusals: [String] = []
        var waiting: [String] = []
        for (name, driver) in drivers.sorted(by: { $0.key < $1.key }) {
            guard let shape = driver.spec.shape(ofPool: entry.pool) else { continue }
            switch driver.peer.routes.refusal(of: shape.prefix(of: address)) {
            case nil: waiting.append("\(name) is being told")
            case .noSession: waiting.append("\(name): \(driver.peer.session.lastErrorInBrief ?? "no session yet")")
            case let refusal?: refusals.append("\(name): \(refusal)")
            }
        }
        let unusable = plan?.idle.map { "\($0.name): \($0.obstacle.sentence)" } ?? []
        if !refusals.isEmpty, waiting.isEmpty {
            return .blocked(
                Obstacle(
                    reason: "RouteRefused",
                    sentence: "\(address) cannot be advertised: \((refusals + unusable).joined(separator: "; "))"))
        }
        if waiting.isEmpty, !unusable.isEmpty {
            return .blocked(
                Obstacle(
                    reason: "NoPeer", sentence: "no peer can be spoken with: \(unusable.joined(separator: "; "))"))
        }
        if waiting.isEmpty {
            return .blocked(
                Obstacle(
                    reason: "NotAdvertised",
                    sentence:
                        "no entry of bgp.advertisements fits pool \(entry.pool ?? "(none)") and a peer of this node"))
        }
        return .pending(
            Obstacle(
                reason: "NoSession",
                sentence: "no peer has \(address) yet: \((waiting + refusals + unusable).joined(separator: "; "))"))
    }
}
