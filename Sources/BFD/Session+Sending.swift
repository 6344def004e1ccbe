import NetworkTypes

extension Session {
    /// Whether packets go out of themselves (RFC 5880 section 6.8.7).
    private var mayTransmit: Bool {
        if configuration.role == .passive, remoteDiscriminator == nil { return false }
        if remoteMinimumReceive == .zero { return false }
        let isDemanded = isRemoteDemanding && state == .up && remoteState == .up
        return !isDemanded || poll.isActive
    }

    /// The interval between packets before jitter.
    private var transmitInterval: Duration { max(intervals.transmitInUse, remoteMinimumReceive) }

    mutating func transmitPeriodically() {
        runningInterval = nil
        guard mayTransmit else { return }
        effects.append(.send(makePacket()))
        startTransmitTimer()
    }

    /// Sends out of turn because what a packet says has changed, and begins the interval anew.
    mutating func transmitNow() {
        guard mayTransmit else { return updateTransmitTimer() }
        effects.append(.send(makePacket()))
        startTransmitTimer()
    }

    /// Restarts the transmit timer when its interval has changed, stops it when nothing may be sent.
    mutating func updateTransmitTimer() {
        guard mayTransmit else {
            if runningInterval != nil { effects.append(.stopTransmitTimer) }
            runningInterval = nil
            return
        }
        if runningInterval != transmitInterval { startTransmitTimer() }
    }

    private mutating func startTransmitTimer() {
        runningInterval = transmitInterval
        // With a multiplier of one, the 10 % keep a late packet from ending the session.
        let share = configuration.multiplier == 1 ? 75...90 : 75...100
        effects.append(.startTransmitTimer(random.share(share, of: transmitInterval)))
    }

    func makePacket(isFinal: Bool = false) -> ControlPacket {
        ControlPacket(
            diagnostic: diagnostic, state: state, isPoll: poll.isActive && !isFinal, isFinal: isFinal,
            isControlPlaneIndependent: configuration.isControlPlaneIndependent, multiplier: configuration.multiplier,
            myDiscriminator: localDiscriminator, yourDiscriminator: remoteDiscriminator,
            desiredMinimumTransmit: intervals.advertisedTransmit.packetMicroseconds,
            requiredMinimumReceive: intervals.advertisedReceive.packetMicroseconds)
    }
}
