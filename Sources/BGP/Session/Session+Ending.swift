extension Session {
    /// What follows when the last connection is gone.
    enum Aftermath {
        /// The path or the peer went away: try again within seconds.
        case reconnectSoon
        /// The peer has fallen silent: the same, and later each time.
        case reconnectLater
        /// Nothing came of a connection: the usual wait.
        case retry
        /// Something is wrong that will be wrong again: wait in Idle, longer each time.
        case penalty

        init(of reason: NotificationReason) {
            switch reason {
            case .administrativeReset, .otherConfigurationChange, .connectionCollision, .bfdDown:
                self = .reconnectSoon
            case .holdTimerExpired, .sendHoldTimerExpired: self = .reconnectLater
            // The peer is waiting in Idle: were this side to do so as well, each might turn the other away forever.
            case .connectionRejected: self = .retry
            default: self = .penalty
            }
        }
    }

    /// `inBrief` leaves out what the peer has written, where there is any of that.
    mutating func note(error: String, inBrief: String? = nil) {
        lastError = error
        lastErrorInBrief = inBrief ?? error
    }

    /// Tells the peer what it did wrong and closes.
    mutating func fail(_ id: ConnectionID, _ notification: NotificationMessage) {
        guard framers[id] != nil else { return }
        note(error: "\(notification)", inBrief: notification.sentence)
        end(id, notification)
        leave(id, Aftermath(of: notification.reason), "\(notification)")
    }

    /// Goes on without a connection that is already closed.
    mutating func leave(_ id: ConnectionID, _ aftermath: Aftermath, _ why: String) {
        switch phase {
        case .idle: break
        case .seeking(var seeking):
            seeking.openings.removeAll { $0.id == id }
            phase = .seeking(seeking)
            guard seeking.openings.isEmpty else { return }
            // A dial that nobody answers must not spare a peer the wait after its errors.
            if aftermath == .penalty, let dial = seeking.dial {
                effects.append(.close(dial, .atOnce))
                seeking.dial = nil
            }
            if seeking.dial == nil { settle(aftermath, why) }
        case .established(var established):
            if established.id != id {
                established.rival = nil
                phase = .established(established)
            } else if let rival = established.rival {
                lose(why, keeping: rival)
            } else {
                effects.append(.lost)
                stopTimer(.stability)
                settle(aftermath, why)
            }
        }
    }

    /// Ends the established session and goes on with another connection.
    mutating func lose(_ why: String, keeping opening: Opening) {
        effects.append(.lost)
        stopTimer(.stability)
        reason = why
        phase = .seeking(Seeking(openings: [opening]))
    }

    /// Waits for the next try; every connection is gone.
    mutating func settle(_ aftermath: Aftermath, _ why: String) {
        reason = why
        let timing = configuration.timing
        switch aftermath {
        case .penalty:
            phase = .idle(.damped)
            stopTimer(.connectRetry)
            startTimer(.idleHold, jittered(doubled(timing.idleHold)))
            startTimer(.refusal, min(timing.refusal, timing.idleHold))
        case .reconnectSoon: seekAgain(after: soon(timing.reconnect))
        case .reconnectLater: seekAgain(after: doubled(soon(timing.reconnect)))
        case .retry: seekAgain(after: jittered(timing.connectRetry))
        }
    }

    /// The wait goes on while BFD is awaited, so that a path which comes and goes brings no dial each time.
    private mutating func seekAgain(after wait: Duration) {
        if mustAwaitBFD { awaitBFD() } else { phase = .seeking(Seeking()) }
        if configuration.mode != .passive { startTimer(.connectRetry, wait) }
    }

    /// Twice as long for each error since the last session that was stable, whatever the errors were: a peer that
    /// varies its mistakes is not heard more often.
    private mutating func doubled(_ wait: Duration) -> Duration {
        let doublings = min(errorsInARow, 16)
        errorsInARow += 1
        return min(wait * (1 << doublings), configuration.timing.longestIdleHold)
    }

    /// Drops one of several connections, with a word to the peer, and goes on with the rest.
    mutating func discard(_ id: ConnectionID, _ notification: NotificationMessage) {
        end(id, notification)
        switch phase {
        case .idle: break
        case .seeking(var seeking):
            seeking.openings.removeAll { $0.id == id }
            phase = .seeking(seeking)
        case .established(var established):
            if established.rival?.id == id { established.rival = nil }
            phase = .established(established)
        }
    }

    /// Closes a connection, with `notification` if there is one; the phase is the caller's.
    mutating func end(_ id: ConnectionID, _ notification: NotificationMessage?) {
        if let notification { send(notification.octets, .notification, on: id) }
        forget(id)
        effects.append(.close(id, .afterFlush))
    }

    mutating func forget(_ id: ConnectionID) {
        framers[id] = nil
        for timer in [SessionTimer.hold(id), .keepalive(id), .sendHold(id)] { stopTimer(timer) }
    }
}
