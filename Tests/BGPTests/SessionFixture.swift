import BGP
import NetworkTypes

/// A session brought into a state, with what it takes to talk to it.
struct SessionFixture {
    enum Start: String, CaseIterable, Sendable {
        case stopped, damped, connect, active, openSent, openConfirm, established
    }

    var session: Session
    /// The connection of the state, or the dial under way.
    var id = ConnectionID.outgoing(1)
    /// Effects of the last event.
    var effects: [SessionEffect] = []

    static func configuration(_ edit: (inout SessionConfiguration) -> Void = { _ in }) -> SessionConfiguration {
        var configuration = SessionConfiguration(
            localASN: ASN(64512), peerASN: ASN(64500), identifier: .numbered(0x0A00_0001))
        configuration.mode = .both
        configuration.holdTime = .of(9)
        edit(&configuration)
        return configuration
    }

    static func peerOpen(
        identifier: UInt32 = 0x0A00_0002, asn: ASN = ASN(64500), hold: UInt16 = 90, _ more: [Capability] = []
    ) -> OpenMessage {
        OpenMessage(
            asn: asn, holdTime: .of(hold), identifier: .numbered(identifier),
            capabilities: [.multiprotocol(.ipv4Unicast), .multiprotocol(.ipv6Unicast), .routeRefresh] + more)
    }

    init(
        _ start: Start, seed: UInt64 = 1, peer: OpenMessage = Self.peerOpen(),
        _ edit: (inout SessionConfiguration) -> Void = { _ in }
    ) {
        session = Session(configuration: Self.configuration(edit), seed: seed)
        switch start {
        case .stopped: break
        case .damped: feed([.start, .connected(id), .received(id, [UInt8](repeating: 0, count: 19))])
        case .connect: feed([.start])
        case .active: feed([.start, .connectFailed(id, "refused")])
        case .openSent: feed([.start, .connected(id)])
        case .openConfirm: feed([.start, .connected(id), .received(id, peer.octets)])
        case .established:
            feed([.start, .connected(id), .received(id, peer.octets), .received(id, Self.keepalive)])
        }
    }

    mutating func feed(_ events: [SessionEvent]) {
        for event in events { feed(event) }
    }

    mutating func feed(_ event: SessionEvent) {
        effects = session.handle(event)
    }

    static let keepalive = [UInt8](hex: marker + "0013 04")
    static let update = UpdateMessage.endOfRIB(.ipv4).octets()
    static let refresh = RouteRefreshMessage(.request, .ipv4Unicast).octets

    /// The NOTIFICATIONs among the effects.
    var notifications: [NotificationMessage] {
        effects.compactMap {
            guard case .send(_, let octets) = $0, octets.count >= 21, octets[18] == 3 else { return nil }
            return try? NotificationMessage(RawMessage(single: octets))
        }
    }

    /// Codes and subcodes of the NOTIFICATIONs among the effects.
    var reasons: [NotificationReason] { notifications.map(\.reason) }

    func sends(_ type: MessageType, on id: ConnectionID? = nil) -> Bool {
        effects.contains {
            if case .send(let to, let octets) = $0 {
                octets[18] == type.rawValue && (id == nil || to == id)
            } else {
                false
            }
        }
    }

    func timer(_ timer: SessionTimer) -> Duration? {
        for case .startTimer(timer, let duration) in effects { return duration }
        return nil
    }

    func closes(_ id: ConnectionID) -> Bool {
        effects.contains(.close(id, .afterFlush)) || effects.contains(.close(id, .atOnce))
    }
}
