import BGP
import LoadBalancing
import NetworkTypes
import PacketLoop

/// What people see.
extension BGPAnnouncer {
    /// The state of every peer.
    public func report() -> BGPReport {
        let now = loop.now
        var report = BGPReport(now: now)
        report.obstacle = refusal ?? plan?.obstacle
        report.problems = (listener?.problems ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        if let deviceObstacle { report.problems.append(deviceObstacle.sentence) }
        report.problems += keyRing.problems.sorted { $0.key < $1.key }.map(\.value.sentence)
        report.problems += (bfd?.problems ?? [:]).values.sorted()
        report.rejectedBFDPackets = bfd?.rejected ?? 0
        if let first = plan?.specs.first {
            report.asn = first.policy.asn
            report.routerID = "\(first.session.identifier)"
        }
        report.peers = drivers.map { name, driver in peer(name, driver, now) }
        report.peers += (plan?.idle ?? []).map { idle in
            BGPReport.Peer(
                name: idle.name, address: idle.address, asn: idle.asn, state: "Unusable",
                reason: idle.obstacle.sentence)
        }
        report.peers.sort { $0.name < $1.name }
        return report
    }

    private func peer(_ name: String, _ driver: PeerDriver, _ now: MonotonicTime) -> BGPReport.Peer {
        let session = driver.peer.session
        let remote = driver.spec.transport.remote
        var peer = BGPReport.Peer(
            name: name, address: remote.address.description, asn: driver.spec.session.peerASN,
            state: driver.isResting ? "Drained" : session.state.rawValue, reason: driver.reason)
        peer.since = driver.since
        peer.lastError = driver.isResting ? nil : session.lastError
        peer.lastErrorAt = driver.lastErrorAt
        peer.localASN = driver.spec.session.localASN
        peer.holdTime = session.negotiated?.holdTime.seconds
        peer.counters = session.counters
        for family in session.negotiated?.families.sorted() ?? [] {
            peer.advertised[family] = driver.peer.routes.sentCount(family)
        }
        peer.isShuttingDown = leaving == .marked
        peer.bfd = bfd?.report(name, at: now)
        return peer
    }

    /// Every route that a peer has, in order.
    public func routes() -> [BGPReport.Route] {
        drivers.sorted { $0.key < $1.key }.flatMap { name, driver in
            driver.peer.routes.announced.sorted { $0.prefix < $1.prefix }.map {
                BGPReport.Route(peer: name, prefix: $0.prefix, attributes: $0.route)
            }
        }
    }
}
