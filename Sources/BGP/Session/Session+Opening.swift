import NetworkTypes

extension Session {
    /// The peer's OPEN: agree, and settle which of two connections stays.
    mutating func takeOpen(_ peer: OpenMessage, _ opening: Opening) throws(NotificationMessage) {
        let negotiated = try Negotiated(local: opening.localOpen, peer: peer, configuration: configuration)
        switch phase {
        case .idle: return
        case .seeking(let seeking):
            if let other = seeking.openings.first(where: { $0.id != opening.id }), other.isConfirmed {
                guard opening.id.isOutgoing == localDialWins(opening.localOpen, peer) else {
                    throw NotificationMessage(.connectionCollision)
                }
                discard(other.id, NotificationMessage(.connectionCollision))
            }
        case .established(let established):
            // The peer has restarted: the old connection is dead, and telling it so would cost the routes.
            forget(established.id)
            effects.append(.close(established.id, .atOnce))
            lose("the peer has connected anew", keeping: opening)
        }
        confirm(opening.id, negotiated)
    }

    /// RFC 4271 section 6.8, RFC 6286 section 2.3: the connection dialled by the larger identifier, or AS, stays.
    ///
    /// Only one in OpenConfirm counts as another: a peer may have dialled and then forgotten a connection on which its
    /// OPEN never comes.
    private func localDialWins(_ local: OpenMessage, _ peer: OpenMessage) -> Bool {
        (local.identifier.number, local.asn.number) > (peer.identifier.number, peer.asn.number)
    }

    private mutating func confirm(_ id: ConnectionID, _ negotiated: Negotiated) {
        switch phase {
        case .idle, .established: return
        case .seeking(var seeking):
            if let dial = seeking.dial { effects.append(.close(dial, .atOnce)) }
            seeking.dial = nil
            for index in seeking.openings.indices where seeking.openings[index].id == id {
                seeking.openings[index].progress = .openConfirm(negotiated)
            }
            phase = .seeking(seeking)
        }
        stopTimer(.connectRetry)
        framers[id]?.limit = negotiated.messageLimit
        reason = "the peer's OPEN was accepted"
        // With a hold time of zero the long wait for the OPEN goes on until the session is established.
        sendKeepalive(on: id)
    }

    mutating func establish(_ id: ConnectionID, _ negotiated: Negotiated) {
        switch phase {
        case .idle, .established: return
        case .seeking(let seeking):
            for other in seeking.openings where other.id != id {
                end(other.id, NotificationMessage(.connectionCollision))
            }
        }
        phase = .established(
            Established(id: id, negotiated: negotiated, reader: UpdateReader(terms: negotiated.terms(configuration))))
        isRestarting = false
        faultsSeen = []
        tallies = configuration.prefixLimits.mapValues { _ in PrefixTally() }
        limitsExceeded = []
        counters.established += 1
        reason = "the session is established"
        if negotiated.holdTime == .never { stopTimer(.hold(id)) }
        startTimer(.stability, configuration.timing.stability)
        effects.append(.established(id, negotiated))
    }
}
