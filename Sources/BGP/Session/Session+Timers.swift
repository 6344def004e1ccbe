import NetworkTypes

extension Session {
    mutating func startTimer(_ timer: SessionTimer, _ duration: Duration) {
        runningTimers.insert(timer)
        effects.append(.startTimer(timer, duration))
    }

    mutating func stopTimer(_ timer: SessionTimer) {
        if runningTimers.remove(timer) != nil { effects.append(.stopTimer(timer)) }
    }

    mutating func send(_ octets: [UInt8], _ type: MessageType, on id: ConnectionID) {
        counters.sent[type, default: 0] += 1
        effects.append(.send(id, octets))
    }

    /// RFC 4271 sections 4.4 and 10: a third of the hold time less jitter, and never more often than once a second.
    mutating func startKeepaliveTimer(_ id: ConnectionID, _ negotiated: Negotiated) {
        guard let interval = negotiated.holdTime.keepaliveInterval else { return }
        startTimer(.keepalive(id), max(jittered(interval), .seconds(1)))
    }

    mutating func jittered(_ duration: Duration) -> Duration {
        random.share(configuration.timing.jitter, of: duration)
    }

    mutating func soon(_ bounds: ClosedRange<Duration>) -> Duration {
        bounds.lowerBound + random.share(0...100, of: bounds.upperBound - bounds.lowerBound)
    }

    /// What was agreed on a connection whose OPEN has come.
    func negotiated(on id: ConnectionID) -> Negotiated? {
        switch phase {
        case .idle: return nil
        case .established(let established): return established.id == id ? established.negotiated : nil
        case .seeking(let seeking):
            guard let opening = seeking.openings.first(where: { $0.id == id }) else { return nil }
            switch opening.progress {
            case .openSent: return nil
            case .openConfirm(let negotiated): return negotiated
            }
        }
    }

    var establishedID: ConnectionID? {
        switch phase {
        case .established(let established): established.id
        case .idle, .seeking: nil
        }
    }
}
