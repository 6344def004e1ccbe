import NetworkTypes

extension Session {
    mutating func receive(_ octets: [UInt8], on id: ConnectionID) {
        guard framers[id] != nil else { return }
        framers[id]?.append(octets)
        var hasHeard = false
        do throws(NotificationMessage) {
            while let message = try framers[id]?.next() {
                hasHeard = true
                counters.received[message.type, default: 0] += 1
                try take(message, on: id)
            }
        } catch {
            fail(id, error)
        }
        if hasHeard { restartHold(id) }
    }

    private mutating func take(_ message: RawMessage, on id: ConnectionID) throws(NotificationMessage) {
        switch phase {
        case .idle: break
        case .seeking(let seeking):
            if let opening = seeking.openings.first(where: { $0.id == id }) { try take(message, opening) }
        case .established(let established):
            if established.id == id {
                try take(message, established)
            } else if let rival = established.rival, rival.id == id {
                try take(message, rival)
            }
        }
    }

    /// OpenSent and OpenConfirm; what does not belong there is error 5/1 or 5/2 with its type (RFC 6608 section 3).
    private mutating func take(_ message: RawMessage, _ opening: Opening) throws(NotificationMessage) {
        switch (opening.progress, message.type) {
        case (.openSent, .open): try takeOpen(try OpenMessage(message), opening)
        case (.openSent, .update), (.openSent, .keepalive), (.openSent, .routeRefresh):
            throw NotificationMessage(.unexpectedInOpenSent, data: [message.type.rawValue])
        case (.openConfirm(let negotiated), .keepalive): establish(opening.id, negotiated)
        case (.openConfirm, .open), (.openConfirm, .update), (.openConfirm, .routeRefresh):
            throw NotificationMessage(.unexpectedInOpenConfirm, data: [message.type.rawValue])
        case (.openSent, .notification), (.openConfirm, .notification):
            takeNotification(try NotificationMessage(message), on: opening.id)
        }
    }

    private mutating func take(_ message: RawMessage, _ established: Established) throws(NotificationMessage) {
        switch message.type {
        case .keepalive: break
        case .update: try takeUpdate(message, established)
        case .routeRefresh: try takeRefresh(message, established.negotiated)
        case .notification: takeNotification(try NotificationMessage(message), on: established.id)
        case .open:
            throw NotificationMessage(.unexpectedInEstablished, data: [message.type.rawValue])
        }
    }

    private mutating func takeUpdate(
        _ message: RawMessage, _ established: Established
    ) throws(NotificationMessage) {
        var established = established
        let disabled = established.reader.disabledFamilies
        let update = try established.reader.read(message)
        counters.count(update)
        if established.reader.disabledFamilies != disabled { phase = .established(established) }
        if let last = update.faults.last { note(error: "\(last)") }
        for fault in update.faults {
            if faultsSeen.insert(FaultKey(attribute: fault.attribute, kind: fault.kind)).inserted {
                effects.append(.fault(fault))
            }
        }
        if !tallies.isEmpty { try tally(update) }
    }

    /// Families that were not agreed and subtypes that mean nothing here are ignored (RFC 7313 section 5).
    private mutating func takeRefresh(
        _ message: RawMessage, _ negotiated: Negotiated
    ) throws(NotificationMessage) {
        let message = try RouteRefreshMessage(message, isEnhanced: negotiated.hasEnhancedRouteRefresh)
        guard let family = message.family.unicast, negotiated.families.contains(family) else { return }
        switch message.subtype {
        case .request: effects.append(.refreshRequested(family))
        case .beginning, .ending, .other: break
        }
    }

    /// Never answered by another one (RFC 4271 section 6.4).
    private mutating func takeNotification(_ message: NotificationMessage, on id: ConnectionID) {
        let why = "the peer has ended the session: \(message)"
        note(error: why, inBrief: "the peer has ended the session: \(message.sentence)")
        forget(id)
        effects.append(.close(id, .afterFlush))
        leave(id, Aftermath(of: message.unwrapped.reason), why)
    }

    mutating func transmit(_ octets: [UInt8]) {
        switch phase {
        case .idle, .seeking: break
        case .established(let established):
            guard !octets.isEmpty else { return }
            let updates = counters.sent[.update]
            counters.countSent(octets)
            effects.append(.send(established.id, octets))
            // RFC 4271 section 8.2.2: an UPDATE is as good as a KEEPALIVE; what brackets a refresh is not.
            guard counters.sent[.update] != updates else { return }
            startKeepaliveTimer(established.id, established.negotiated)
        }
    }

    /// With a hold time of zero this is all that ends a session with a peer that takes nothing.
    mutating func wrote(_ id: ConnectionID, _ pending: Int) {
        guard let negotiated = negotiated(on: id) else { return }
        if pending > 0 {
            let holdTime = negotiated.holdTime.duration ?? .zero
            startTimer(.sendHold(id), configuration.timing.sendHold ?? max(.seconds(480), holdTime * 2))
        } else {
            stopTimer(.sendHold(id))
        }
    }

    mutating func sendKeepalive(on id: ConnectionID) {
        guard let negotiated = negotiated(on: id) else { return }
        send(KeepaliveMessage.octets, .keepalive, on: id)
        startKeepaliveTimer(id, negotiated)
    }

    private mutating func restartHold(_ id: ConnectionID) {
        guard let holdTime = negotiated(on: id)?.holdTime.duration else { return }
        startTimer(.hold(id), holdTime)
    }
}
