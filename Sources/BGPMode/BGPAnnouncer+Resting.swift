import BGP
import LoadBalancing
import Logging
import NetworkTypes
import PacketLoop

/// Sessions rest while people keep the node out of work: each is closed with a reason once its peer has taken the
/// withdrawal, and begins anew when the node is back.
extension BGPAnnouncer {
    /// How long a peer may take to read the withdrawal.
    static let restLimit = Duration.seconds(5)

    /// What the peers' people are told while sessions rest; nil while they do not.
    ///
    /// A node that is not ready, or not known, may be back at any moment: there the sessions stay, without a route.
    var restText: String? {
        guard leaving == .gone, let refusal else { return nil }
        return Self.restText(refusal.reason).map { "herald on node \(node) \($0)" }
    }

    static func restText(_ reason: String) -> String? {
        switch NodeEligibility.Refusal(rawValue: reason) {
        case .draining: "is drained"
        case .excluded: "is excluded"
        case .deleting, .toBeDeleted: "leaves for good"
        case .notSelected, .networkUnavailable, .notReady, .noCarrier, .noSubnet, .noEndpoint, nil: nil
        }
    }

    /// Closes the sessions that have nothing to say any more.
    func restSessions() {
        guard let text = restText, !isClosed else { return }
        for driver in drivers.values where !driver.isResting && isDone(driver) { driver.rest(text) }
        // After the Cease, which tells the reason: a router that hears of BFD first may not read it.
        for (name, driver) in drivers where driver.isResting && driver.isQuiet && bfd?.isWatching(name) == true {
            bfd?.unwatch(name)
            driver.bfd(.adminDown)
        }
    }

    private func isDone(_ driver: PeerDriver) -> Bool {
        guard driver.isEstablished else { return !isOwedEnd(driver) }
        return driver.peer.isSynchronized || restDeadline.map { $0 <= loop.now } == true
    }

    /// Whether the peer may still keep routes of a process before this one, which only a session can end.
    private func isOwedEnd(_ driver: PeerDriver) -> Bool {
        guard let restart = driver.spec.session.gracefulRestart, restart.isRestarting else { return false }
        return driver.peer.session.counters.established == 0 && !isOver(restart)
    }

    /// Whether this process has run for longer than a peer keeps the routes of one before it.
    func isOver(_ restart: SessionConfiguration.GracefulRestart) -> Bool {
        loop.now >= begun.advanced(by: .seconds(Int64(restart.restartTime)))
    }

    /// Begins a session, unless sessions rest.
    func begin(_ driver: PeerDriver) {
        if let text = restText, isDone(driver) { return driver.rest(text) }
        watchPath(driver.spec)
        driver.start()
    }

    /// Begins the sessions anew that rested, once there is no reason to.
    func resumeSessions() {
        guard restText == nil else { return }
        for driver in drivers.values where driver.isResting { begin(driver) }
    }
}
