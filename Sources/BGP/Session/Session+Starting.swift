extension Session {
    mutating func start() {
        switch phase {
        case .idle(.stopped), .idle(.damped):
            errorsInARow = 0
            for timer in [SessionTimer.idleHold, .refusal] { stopTimer(timer) }
            begin("started")
        case .idle(.awaitingBFD), .seeking, .established: break
        }
    }

    mutating func stop(_ ending: SessionEnding) {
        switch phase {
        case .idle(.stopped): break
        case .idle, .seeking, .established:
            endEverything(ending.notification(isHard: negotiated?.keepsRoutesOnNotification == true))
            reason = ending.sentence
        }
        phase = .idle(.stopped(ending))
    }

    /// Ends what there is with `notification` and begins again at once.
    mutating func restart(_ notification: NotificationMessage) {
        switch phase {
        case .idle(.stopped): return
        case .idle, .seeking, .established: break
        }
        endEverything(notification)
        errorsInARow = 0
        begin("\(notification.reason)")
    }

    mutating func reconfigure(_ new: SessionConfiguration) {
        let old = configuration
        guard new != old else { return }
        configuration = new
        switch phase {
        case .idle(.stopped): break
        case .idle(.damped), .idle(.awaitingBFD):
            endEverything(nil)
            begin("configuration changed")
        case .seeking:
            if !new.speaksLike(old) || new.mode != old.mode || mustAwaitBFD {
                restart(NotificationMessage(.otherConfigurationChange))
            }
        case .established(let established):
            guard new.speaksLike(old) else { return restart(NotificationMessage(.otherConfigurationChange)) }
            if new.prefixLimits != old.prefixLimits { followLimits(old.prefixLimits, established) }
            if mustAwaitBFD { turnRivalAway() }
        }
    }

    mutating func follow(_ status: BFDStatus) {
        bfdStatus = status
        switch phase {
        case .idle(.awaitingBFD):
            if status == .up { goOn("BFD is up") }
        case .idle(.stopped), .idle(.damped): break
        case .seeking:
            if mustAwaitBFD { loseByBFD() }
        case .established:
            if status == .down, configuration.bfd != .ignored { return loseByBFD() }
            if mustAwaitBFD { turnRivalAway() }
        }
    }

    /// A session that stands outlasts AdminDown (RFC 5882 section 3.2), but none takes its place without BFD.
    private mutating func turnRivalAway() {
        guard case .established(let established) = phase, let rival = established.rival else { return }
        discard(rival.id, NotificationMessage(.bfdDown))
    }

    /// RFC 9384 sections 3 and 4: traffic must leave, so the peer is not to keep the routes over it.
    private mutating func loseByBFD() {
        let notification = NotificationMessage(.bfdDown)
        note(error: "\(notification.reason)")
        endEverything(negotiated?.keepsRoutesOnNotification == true ? notification.asHardReset : notification)
        settle(.reconnectSoon, "\(notification.reason)")
    }

    /// Leaves Idle: dials, or waits for the peer to do so.
    mutating func begin(_ why: String) {
        guard !mustAwaitBFD else { return awaitBFD() }
        reason = why
        phase = .seeking(Seeking())
        switch configuration.mode {
        case .active, .both: dial()
        case .passive: break
        }
    }

    /// Leaves Idle as well, but dials no sooner than was to be waited.
    private mutating func goOn(_ why: String) {
        guard runningTimers.contains(.connectRetry) else { return begin(why) }
        reason = why
        phase = .seeking(Seeking())
    }

    var mustAwaitBFD: Bool {
        configuration.bfd == .required && bfdStatus != .up
    }

    mutating func awaitBFD() {
        phase = .idle(.awaitingBFD)
        reason = "BFD is required and not up"
    }

    /// Closes every connection, with `notification` if there is one, and stops every timer.
    mutating func endEverything(_ notification: NotificationMessage?) {
        switch phase {
        case .idle: break
        case .seeking(let seeking):
            if let dial = seeking.dial { effects.append(.close(dial, .atOnce)) }
            for opening in seeking.openings { end(opening.id, notification) }
        case .established(let established):
            end(established.id, notification)
            if let rival = established.rival { end(rival.id, notification) }
            effects.append(.lost)
        }
        for timer in [SessionTimer.connectRetry, .idleHold, .refusal, .stability] { stopTimer(timer) }
        phase = .idle(.stopped(nil))
    }
}

extension Session.IdleCause {
    /// What a peer is told that dials all the same.
    var answer: NotificationMessage {
        switch self {
        case .stopped(.shutdown(let text)?): NotificationMessage(.administrativeShutdown, text: text)
        case .stopped, .damped, .awaitingBFD: NotificationMessage(.connectionRejected)
        }
    }
}

extension SessionEnding {
    /// Nil is to say nothing. `isHard` wraps what must remove the routes at a peer that keeps them otherwise.
    fileprivate func notification(isHard: Bool) -> NotificationMessage? {
        let plain: NotificationMessage
        switch self {
        case .shutdown(let text): plain = NotificationMessage(.administrativeShutdown, text: text)
        case .deconfigured: plain = NotificationMessage(.peerDeconfigured)
        case .outOfResources: plain = NotificationMessage(.outOfResources)
        case .gracefulRestart: return nil
        }
        return isHard ? plain.asHardReset : plain
    }

    fileprivate var sentence: String {
        switch self {
        case .shutdown(let text): text.isEmpty ? "shut down" : "shut down: \(text)"
        case .deconfigured: "removed from the configuration"
        case .outOfResources: "out of resources"
        case .gracefulRestart: "this process restarts"
        }
    }
}
