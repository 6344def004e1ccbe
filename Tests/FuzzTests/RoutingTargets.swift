import BFD
import BGP
import NetworkTypes

extension FuzzTarget {
    /// BGP messages, a whole BGP session, and BFD packets.
    static let routing = [open, update, notification, routeRefresh, bgpSession, bfdPacket]

    private static let open = FuzzTarget("bgp-open", seeds: RoutingSeeds.opens) { octets in
        guard octets.count >= 10 else { return }
        guard let message = try? OpenMessage(RawMessage(type: .open, body: octets[...])) else { return }
        hold(message.asn.number != 0 && message.holdTime.seconds != 1 && message.holdTime.seconds != 2, "sound OPEN")
        let again = message.octets
        hold(again.count <= MessageHeader.standardLimit, "an OPEN fits 4096 octets")
        _ = try? OpenMessage(RawMessage(type: .open, body: again[MessageHeader.length...]))
        var session = RoutingSeeds.session(upTo: 1)
        _ = session.handle(.received(RoutingSeeds.connection, RoutingSeeds.framed(.open, octets)))
        hold(session.state == .openConfirm || session.state == .idle, "an OPEN is taken or refused")
    }

    /// The first octet chooses what was agreed.
    private static let update = FuzzTarget("bgp-update", seeds: RoutingSeeds.updates.map { [0] + $0 }) { octets in
        guard let choice = octets.first, octets.count >= 5 else { return }
        var reader = UpdateReader(
            terms: UpdateTerms(
                isInternal: choice & 1 != 0, peerASN: ASN(64500), octetsPerNumber: choice & 2 != 0 ? 2 : 4,
                families: choice & 4 != 0 ? [.ipv4] : [.ipv4, .ipv6], acceptsIPv6NextHopForIPv4: choice & 8 != 0,
                role: Role(rawValue: choice >> 5),
                multiprotocolErrors: choice & 16 != 0 ? .disableFamily : .resetSession))
        for _ in 0..<2 {
            do throws(NotificationMessage) {
                check(try reader.read(RawMessage(type: .update, body: octets[1...])))
            } catch {
                hold(error.reason.code == 3, "an UPDATE error has code 3")
                hold(error.octets.count <= MessageHeader.standardLimit, "a NOTIFICATION fits 4096 octets")
            }
        }
    }

    private static func check(_ update: ReceivedUpdate) {
        let lists = [
            update.message.withdrawn, update.message.announced, update.message.reach?.prefixes,
            update.message.unreach?.prefixes,
        ].compactMap(\.self)
        for list in lists { hold(list.reduce(0) { count, _ in count + 1 } == list.count, "prefixes are as counted") }
        hold(update.announcedCount == 0 || !update.isTreatedAsWithdrawal, "withdrawn is not announced")
        for fault in update.faults { _ = fault.description }
        _ = update.endOfRIB
        _ = update.message.octets()
        _ = update.message.octets(octetsPerNumber: 2)
        _ = update.message.attributes.asPath?.description
    }

    private static let notification = FuzzTarget("bgp-notification", seeds: RoutingSeeds.notifications) { octets in
        guard octets.count >= 2,
            let message = try? NotificationMessage(RawMessage(type: .notification, body: octets[...]))
        else { return }
        hold(message.octets.count <= MessageHeader.standardLimit, "a NOTIFICATION fits 4096 octets")
        let shown = message.description + (message.text ?? "")
        hold(!shown.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, "no control character is shown")
        var session = RoutingSeeds.session(upTo: 3)
        let effects = session.handle(.received(RoutingSeeds.connection, RoutingSeeds.framed(.notification, octets)))
        let isAnswered = effects.contains { if case .send = $0 { true } else { false } }
        hold(!isAnswered, "a NOTIFICATION is never answered")
    }

    private static let routeRefresh = FuzzTarget("bgp-route-refresh", seeds: RoutingSeeds.refreshes) { octets in
        let raw = RawMessage(type: .routeRefresh, body: octets[...])
        do throws(NotificationMessage) {
            let message = try RouteRefreshMessage(raw)
            hold(message.octets.count == 23, "a ROUTE-REFRESH has 23 octets")
        } catch {
            hold(error.reason.code == 1 || error.reason.code == 7, "a refresh error has code 1 or 7")
        }
    }

    /// The first octet says how far the session is, each further one how many of the rest come at a time.
    private static let bgpSession = FuzzTarget("bgp-session", seeds: RoutingSeeds.streams) { octets in
        guard let choice = octets.first else { return }
        var session = RoutingSeeds.session(upTo: Int(choice & 3))
        let piece = max(Int(choice >> 2), 1)
        var rest = octets.dropFirst()
        while !rest.isEmpty {
            for effect in session.handle(.received(RoutingSeeds.connection, Array(rest.prefix(piece)))) {
                guard case .send(_, let sent) = effect else { continue }
                hold(sent.count >= MessageHeader.length && sent.count <= MessageHeader.standardLimit, "whole messages")
            }
            rest = rest.dropFirst(piece)
        }
        _ = session.lastError
    }

    private static let bfdPacket = FuzzTarget("bfd-packet", seeds: RoutingSeeds.packets) { octets in
        guard let own = Discriminator(1) else { return }
        var session = BFD.Session(configuration: BFD.SessionConfiguration(), discriminator: own, seed: 1)
        _ = session.handle(.enable)
        var rest = octets[...]
        while !rest.isEmpty {
            let payload = Array(rest.prefix(ControlPacket.length))
            rest = rest.dropFirst(ControlPacket.length)
            guard let packet = try? ControlPacket(payload: payload) else { continue }
            hold(packet.multiplier > 0, "multiplier 0 is dropped")
            hold((try? ControlPacket(payload: packet.octets)) == packet, "packets are read as written")
            for effect in session.handle(.received(packet)) {
                guard case .send(let answer) = effect else { continue }
                hold(!(answer.isPoll && answer.isFinal), "P and F are never both set")
                hold(answer.octets.count == ControlPacket.length, "24 octets")
            }
            _ = session.handle(.transmitTimerExpired)
        }
        _ = session.handle(.detectionTimerExpired)
    }
}
