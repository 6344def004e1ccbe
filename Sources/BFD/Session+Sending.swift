import NetworkTypes

extension Session {
    /// Whether the peer may be spoken to at all.
    private var maySpeak: Bool { configuration.role == .active || remoteDiscriminator != nil }

    /// Whether packets go out of themselves (RFC 5880 section 6.8.7).
    private var mayTransmit: Bool {
        if !maySpeak || remoteMinimumReceive == .zero { return false }
        let isDemanded = isRemoteDemanding && state == .up && remoteState == .up
        return !isDemanded || poll.isActive
    }

    /// The interval between packets before jitter.
    private var transmitInterval: Duration { max(intervals.transmitInUse, remoteMinimumReceive) }

    /// How long AdminDown is to be said before the session may be forgotten, so that one packet that gets through keeps
    /// the peer from taking silence for a failure (RFC 5880 section 6.8.16): its detection time, or nothing when nobody
    /// listens.
    public var farewellTime: Duration {
        guard state == .adminDown, remoteDiscriminator != nil, mayTransmit else { return .zero }
        return transmitInterval * Int(configuration.multiplier)
    }

    mutating func transmitPeriodically() {
        runningInterval = nil
        guard mayTransmit else { return }
        effects.append(.send(makePacket()))
        startTransmitTimer()
    }

    /// Sends out of turn because what a packet says has changed, and begins the interval anew. A peer that wants
    /// nothing periodic is told as well.
    mutating func transmitNow() {
        guard maySpeak else { return }
        effects.append(.send(makePacket()))
        if mayTransmit { startTransmitTimer() }
    }

    /// Brings the next packet forward when the interval has become shorter, and never puts it off: a peer whose wishes
    /// change with each packet would else get none (RFC 5880 section 6.8.3).
    mutating func updateTransmitTimer() {
        guard mayTransmit else { return }
        guard let runningInterval else { return startTransmitTimer() }
        guard transmitInterval < runningInterval else { return }
        self.runningInterval = transmitInterval
        effects.append(.shortenTransmitTimer(jitteredInterval()))
    }

    private mutating func startTransmitTimer() {
        runningInterval = transmitInterval
        effects.append(.startTransmitTimer(jitteredInterval()))
    }

    private mutating func jitteredInterval() -> Duration {
        // With a multiplier of one, the 10 % keep a late packet from ending the session.
        let share = configuration.multiplier == 1 ? 75...90 : 75...100
        return random.share(share, of: transmitInterval)
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
