extension Session {
    /// RFC 5880 section 6.8.6, from the point where the packet is known to be sound and for this session.
    mutating func receive(_ packet: ControlPacket) {
        if let yours = packet.yourDiscriminator, yours != localDiscriminator { return }
        remoteDiscriminator = packet.myDiscriminator
        remoteState = packet.state
        remoteMinimumReceive = Duration(packetMicroseconds: packet.requiredMinimumReceive)
        remoteMinimumTransmit = Duration(packetMicroseconds: packet.desiredMinimumTransmit)
        remoteMultiplier = packet.multiplier
        isRemoteDemanding = packet.isDemand
        if packet.isFinal, poll.finish() { intervals.confirm() }
        switch state {
        case .adminDown: return updateTransmitTimer()
        case .down, .initializing, .up: break
        }
        effects.append(.startDetectionTimer(detectionTime))
        advance(by: packet.state)
        updateTransmitTimer()
        if packet.isPoll { effects.append(.send(makePacket(isFinal: true))) }
    }

    /// The table of RFC 5880 section 6.2.
    private mutating func advance(by remote: State) {
        switch (state, remote) {
        case (.down, .down): move(to: .initializing)
        case (.down, .initializing): goUp()
        case (.initializing, .initializing), (.initializing, .up): goUp()
        case (.initializing, .adminDown), (.up, .adminDown), (.up, .down):
            diagnostic = .neighborSignaledDown
            move(to: .down)
        case (.down, .adminDown), (.down, .up), (.initializing, .down), (.up, .initializing), (.up, .up): break
        case (.adminDown, .adminDown), (.adminDown, .down), (.adminDown, .initializing), (.adminDown, .up): break
        }
    }

    private mutating func goUp() {
        diagnostic = .none
        move(to: .up)
    }

    /// How long the peer may be silent (RFC 5880 section 6.8.4).
    public var detectionTime: Duration {
        max(intervals.receiveInUse, remoteMinimumTransmit) * Int(remoteMultiplier)
    }

    mutating func expireDetection() {
        switch state {
        case .adminDown: return
        case .down:
            forgetRemote()
            updateTransmitTimer()
        case .initializing, .up:
            forgetRemote()
            diagnostic = .detectionTimeExpired
            move(to: .down)
        }
    }

    /// RFC 5880 section 6.8.1: a silent peer has no discriminator any more, and what it asked for is forgotten.
    private mutating func forgetRemote() {
        remoteDiscriminator = nil
        remoteState = .down
        remoteMinimumReceive = .microseconds(1)
        isRemoteDemanding = false
    }
}
