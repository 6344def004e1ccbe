import Announcing
import BGP
import Configuration
import HostNetwork
import LoadBalancing
import Logging
import Netlink
import NetworkTypes
import PacketLoop

/// The end: nothing is lost that could have gone another way.
extension BGPAnnouncer {
    /// Marks the routes with GRACEFUL_SHUTDOWN, lets traffic leave, withdraws, and ends the sessions with a reason.
    ///
    /// With `onShutdown: restart` the peers are told nothing and the kernel keeps the addresses for their lifetime.
    public func drain(within limit: Duration) async {
        guard !isClosed else { return }
        // The grace is the operator's word, whatever others take.
        let deadline = loop.now.advanced(by: max(limit, settings.grace + .seconds(2)))
        isClosed = true
        for timer in [expiryTimer, graceTimer, lookTimer, retryTimer, deviceTimer] { timer?.cancel() }
        listener?.close()
        switch settings.onShutdown {
        case .restart: await leaveQuietly(by: deadline)
        case .withdraw: await withdraw(by: deadline)
        }
        logger.notice("BGP has ended")
    }

    private func leaveQuietly(by deadline: MonotonicTime) async {
        for driver in drivers.values where driver.spec.session.gracefulRestart != nil { driver.stop(.gracefulRestart) }
        for driver in drivers.values { driver.stop(.shutdown(farewell)) }
        await endSessions(by: deadline)
        await endBFD(by: deadline)
        for driver in drivers.values { driver.tearDown() }
    }

    /// Gives what is still to be sent, a Cease for one, the time to be sent.
    private func endSessions(by deadline: MonotonicTime) async {
        await wait(by: min(deadline, loop.now.advanced(by: .milliseconds(200)))) { announcer in
            announcer.drivers.values.allSatisfy(\.isQuiet)
        }
    }

    /// Peers at usual intervals hear for their whole detection time that nothing has failed.
    private func endBFD(by deadline: MonotonicTime) async {
        bfd?.unwatchAll()
        await wait(by: min(deadline, loop.now.advanced(by: .milliseconds(500)))) { announcer in
            announcer.bfd?.isQuiet != false
        }
        bfd?.close()
    }

    private var farewell: String { "herald on node \(node) shuts down" }

    private func withdraw(by deadline: MonotonicTime) async {
        let isHeard = drivers.values.contains { $0.isEstablished && $0.peer.routes.sentCount > 0 }
        if isHeard {
            if leaving != .gone {
                for driver in drivers.values { driver.setShuttingDown(true) }
                await pause(settings.grace)
            }
            for driver in drivers.values { driver.update { $0.replaceAll(with: [:]) } }
            await wait(by: min(deadline, loop.now.advanced(by: .milliseconds(300)))) { announcer in
                announcer.drivers.values.allSatisfy { !$0.isEstablished || $0.peer.isSynchronized }
            }
        }
        for driver in drivers.values { driver.stop(.shutdown(farewell)) }
        await endSessions(by: deadline)
        // After the Cease, which tells the reason.
        await endBFD(by: deadline)
        for driver in drivers.values { driver.tearDown() }
        for address in told.keys { effects.post(.withdrawn, for: address) }
        let held = book.entries.keys.filter { _ in settings.attach != .none }
        if let link = attachmentLink, !held.isEmpty {
            let keys = held.map { AddressKey(link: link, address: $0) }
            await withCheckedContinuation { continuation in keeper.letGo(keys) { continuation.resume() } }
        }
        closeDevice()
    }

    private func wait(by deadline: MonotonicTime, until isDone: (isolated BGPAnnouncer) -> Bool) async {
        while loop.now < deadline, !isDone(self) { await pause(.milliseconds(5)) }
    }

    private func pause(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            _ = loop.schedule(after: duration) { continuation.resume() }
        }
    }
}
