import NetworkTypes

/// One BFD session (RFC 5880 section 6.8), free of sockets, clocks and tasks.
///
/// Feed it events; perform the effects it returns, in order. A driver that was itself stopped for a while reads its
/// socket before it reports a detection timer that expired meanwhile, lest it declare a living peer dead.
public struct Session: Sendable {
    /// What can happen.
    public enum Event: Sendable {
        /// The session is wanted: leaves AdminDown.
        case enable
        /// The session is not wanted for now: enters AdminDown, and says so from then on, which is to go on for
        /// `farewellTime` at least.
        case disable
        /// A sound packet for this session, from a sender that the reception rule accepts.
        case received(ControlPacket)
        case transmitTimerExpired
        case detectionTimerExpired
        case reconfigure(SessionConfiguration)
    }

    /// What is to be done.
    public enum Effect: Equatable, Sendable {
        case send(ControlPacket)
        /// Replaces any running transmit timer.
        case startTransmitTimer(Duration)
        /// Has the running transmit timer fire no later than this long after it was started, at once if that is over.
        case shortenTransmitTimer(Duration)
        /// Replaces any running detection timer.
        case startDetectionTimer(Duration)
        case stopDetectionTimer
        /// The state has changed.
        case report(Report)
    }

    /// The session after a change of state.
    public struct Report: Hashable, Sendable {
        /// This side's state.
        public var state: State
        /// Why, when the session went down.
        public var diagnostic: Diagnostic
        /// The other side's state; `adminDown` says that the path may well be in order (RFC 5882 section 3.2).
        public var remoteState: State

        /// What a driver's tests need to play the session.
        public init(state: State, diagnostic: Diagnostic, remoteState: State) {
            self.state = state
            self.diagnostic = diagnostic
            self.remoteState = remoteState
        }
    }

    /// What this side brings in, as last set.
    public internal(set) var configuration: SessionConfiguration
    /// This side's name for the session.
    public let localDiscriminator: Discriminator
    /// This side's state.
    public internal(set) var state = State.adminDown
    /// The other side's state as last heard.
    public internal(set) var remoteState = State.down
    /// Why the session left the Up state last.
    public internal(set) var diagnostic = Diagnostic.none

    var remoteDiscriminator: Discriminator?
    var remoteMinimumReceive = Duration.microseconds(1)
    var remoteMinimumTransmit = Duration.zero
    var remoteMultiplier: UInt8 = 0
    var isRemoteDemanding = false
    var poll = PollSequence()
    var intervals: Intervals
    var random: SeededGenerator
    /// The interval that the running transmit timer was started or shortened for, before jitter; nil when none runs.
    var runningInterval: Duration?
    var effects: [Effect] = []

    /// A session in AdminDown that sends nothing until it is enabled. `seed` repeats its jitter.
    public init(configuration: SessionConfiguration, discriminator: Discriminator, seed: UInt64) {
        self.configuration = configuration
        localDiscriminator = discriminator
        random = SeededGenerator(seed: seed)
        intervals = Intervals(configuration, isUp: false)
    }

    /// Tells the session what has happened, and says what is to be done.
    public mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .enable: enable()
        case .disable: disable()
        case .received(let packet): receive(packet)
        case .transmitTimerExpired: transmitPeriodically()
        case .detectionTimerExpired: expireDetection()
        case .reconfigure(let configuration): reconfigure(configuration)
        }
        var result: [Effect] = []
        swap(&result, &effects)
        return result
    }
}

// MARK: - Commands
extension Session {
    private mutating func enable() {
        switch state {
        case .adminDown:
            diagnostic = .none
            move(to: .down)
        case .down, .initializing, .up: break
        }
    }

    /// RFC 5880 section 6.8.16.
    private mutating func disable() {
        switch state {
        case .adminDown: break
        case .down, .initializing, .up:
            diagnostic = .administrativelyDown
            effects.append(.stopDetectionTimer)
            move(to: .adminDown)
        }
    }

    private mutating func reconfigure(_ new: SessionConfiguration) {
        guard new != configuration else { return }
        configuration = new
        if intervals.change(to: new, isUp: state == .up) { poll.begin() }
        updateTransmitTimer()
    }

    /// Enters a state and says so at once, not only at the next interval (RFC 5880 section 6.8.7).
    mutating func move(to new: State) {
        let wasUp = state == .up
        state = new
        if new == .up {
            if intervals.change(to: configuration, isUp: true) { poll.begin() }
        } else {
            intervals.slowDown(configuration, keepsPace: new == .adminDown)
            if wasUp { poll = PollSequence() }
        }
        effects.append(.report(Report(state: new, diagnostic: diagnostic, remoteState: remoteState)))
        transmitNow()
    }
}
