import BFD
import NetworkTypes

/// A session and the packets of a peer for it.
struct SessionFixture {
    var session: Session
    var effects: [Session.Effect] = []
    /// What the peer says of itself.
    var peer = ControlPacket(
        diagnostic: .none, state: .down, multiplier: 3, myDiscriminator: ControlPacketTests.discriminator(77),
        yourDiscriminator: ControlPacketTests.discriminator(42), desiredMinimumTransmit: 50_000,
        requiredMinimumReceive: 50_000)

    init(
        _ state: State = .down, seed: UInt64 = 1, _ edit: (inout SessionConfiguration) -> Void = { _ in }
    ) {
        var configuration = SessionConfiguration()
        edit(&configuration)
        session = Session(
            configuration: configuration, discriminator: ControlPacketTests.discriminator(42), seed: seed)
        switch state {
        case .adminDown: break
        case .down: feed(.enable)
        case .initializing:
            feed(.enable)
            hear(.down)
        case .up:
            feed(.enable)
            hear(.initializing)
        }
    }

    mutating func feed(_ event: Session.Event) {
        effects = session.handle(event)
    }

    mutating func hear(_ state: State, _ edit: (inout ControlPacket) -> Void = { _ in }) {
        var packet = peer
        packet.state = state
        edit(&packet)
        feed(.received(packet))
    }

    var sent: [ControlPacket] {
        effects.compactMap { if case .send(let packet) = $0 { packet } else { nil } }
    }

    var transmitTimer: Duration? {
        effects.compactMap { if case .startTransmitTimer(let duration) = $0 { duration } else { nil } }.last
    }

    var shortenedTimer: Duration? {
        effects.compactMap { if case .shortenTransmitTimer(let duration) = $0 { duration } else { nil } }.last
    }

    var detectionTimer: Duration? {
        effects.compactMap { if case .startDetectionTimer(let duration) = $0 { duration } else { nil } }.last
    }

    var reports: [Session.Report] {
        effects.compactMap { if case .report(let report) = $0 { report } else { nil } }
    }
}
