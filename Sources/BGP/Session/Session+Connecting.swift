extension Session {
    mutating func dial() {
        switch phase {
        case .idle, .established: return
        case .seeking(var seeking):
            dialCount += 1
            let id = ConnectionID.outgoing(dialCount)
            seeking.dial = id
            phase = .seeking(seeking)
            effects.append(.connect(id))
            startTimer(.connectRetry, jittered(configuration.timing.connectRetry))
        }
    }

    mutating func connected(_ id: ConnectionID) {
        switch phase {
        case .idle, .established: effects.append(.close(id, .atOnce))
        case .seeking(var seeking):
            guard seeking.dial == id else { return effects.append(.close(id, .atOnce)) }
            seeking.dial = nil
            phase = .seeking(seeking)
            stopTimer(.connectRetry)
            reason = "connected"
            open(id)
        }
    }

    mutating func connectFailed(_ id: ConnectionID, _ why: String) {
        switch phase {
        case .idle, .established: break
        case .seeking(var seeking):
            guard seeking.dial == id else { return }
            seeking.dial = nil
            phase = .seeking(seeking)
            note(error: "cannot connect: \(why)")
            reason = "cannot connect: \(why)"
            if seeking.openings.isEmpty { startTimer(.connectRetry, jittered(configuration.timing.connectRetry)) }
        }
    }

    mutating func accepted(_ id: ConnectionID) {
        switch phase {
        case .idle(.damped)
        where configuration.mode != .active && !runningTimers.contains(.refusal) && !mustAwaitBFD:
            stopTimer(.idleHold)
            phase = .seeking(Seeking())
            reason = "the peer has connected"
            open(id)
        case .idle(let cause): reject(id, cause.answer)
        case .seeking(let seeking):
            guard configuration.mode != .active else { return reject(id, NotificationMessage(.connectionRejected)) }
            // A peer dials once at a time: of two connections of its own, it has given up the older.
            if let older = seeking.openings.first(where: { !$0.id.isOutgoing }) {
                discard(older.id, NotificationMessage(.connectionCollision))
            }
            if seeking.dial == nil { stopTimer(.connectRetry) }
            reason = "the peer has connected"
            open(id)
        case .established(let established):
            // RFC 4271 section 6.8; RFC 4724 section 5 for a peer whose restart went unnoticed.
            guard established.negotiated.peerGracefulRestart != nil, configuration.mode != .active, !mustAwaitBFD else {
                return reject(id, NotificationMessage(.connectionCollision))
            }
            if let older = established.rival { discard(older.id, NotificationMessage(.connectionCollision)) }
            open(id)
        }
    }

    /// Closes a connection that never became one of ours.
    private mutating func reject(_ id: ConnectionID, _ notification: NotificationMessage) {
        effects.append(.send(id, notification.octets))
        effects.append(.close(id, .afterFlush))
        counters.sent[.notification, default: 0] += 1
    }

    /// Sends the OPEN and waits long for the peer's.
    private mutating func open(_ id: ConnectionID) {
        let opening = Opening(id: id, localOpen: configuration.makeOpen(isRestarting: isRestarting))
        switch phase {
        case .idle: return
        case .seeking(var seeking):
            seeking.openings.append(opening)
            phase = .seeking(seeking)
        case .established(var established):
            established.rival = opening
            phase = .established(established)
        }
        framers[id] = MessageFramer()
        send(opening.localOpen.octets, .open, on: id)
        startTimer(.hold(id), configuration.timing.openWait)
    }

    mutating func closed(_ id: ConnectionID, _ why: String) {
        guard framers[id] != nil else { return }
        let wasEstablished = establishedID == id
        forget(id)
        if wasEstablished { note(error: "the connection was lost: \(why)") }
        leave(id, wasEstablished ? .reconnectSoon : .retry, "the connection was lost: \(why)")
    }

    mutating func expire(_ timer: SessionTimer) {
        guard runningTimers.remove(timer) != nil else { return }
        switch timer {
        case .connectRetry: retryConnection()
        case .idleHold:
            switch phase {
            case .idle(.damped):
                stopTimer(.refusal)
                begin("waited after an error")
            case .idle(.stopped), .idle(.awaitingBFD), .seeking, .established: break
            }
        case .stability: errorsInARow = 0
        case .refresh, .refusal: break
        case .hold(let id): fail(id, NotificationMessage(.holdTimerExpired))
        case .keepalive(let id): sendKeepalive(on: id)
        case .sendHold(let id): fail(id, NotificationMessage(.sendHoldTimerExpired))
        }
    }

    private mutating func retryConnection() {
        switch phase {
        case .idle, .established: break
        case .seeking(let seeking):
            var seeking = seeking
            if let dial = seeking.dial {
                note(error: "cannot connect: no answer")
                effects.append(.close(dial, .atOnce))
                seeking.dial = nil
                phase = .seeking(seeking)
            }
            reason = "connecting again"
            if configuration.mode != .passive, seeking.openings.isEmpty { dial() }
        }
    }
}
