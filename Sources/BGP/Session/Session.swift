import NetworkTypes

/// The session with one peer (RFC 4271 section 8), free of sockets, clocks and tasks.
///
/// Feed it events; perform the effects it returns, in order. Events about connections and timers that the session has
/// given up may still arrive, in any order, and do nothing.
public struct Session: Sendable {
    /// What this side brings in, as last set.
    public internal(set) var configuration: SessionConfiguration
    /// What has been seen since the session was made.
    public internal(set) var counters = SessionCounters()
    /// The last thing that went wrong, in a sentence.
    public internal(set) var lastError: String?
    /// The same without what the peer itself has written.
    public internal(set) var lastErrorInBrief: String?

    var phase = Phase.idle(.stopped(nil))
    var framers: [ConnectionID: MessageFramer] = [:]
    var runningTimers: Set<SessionTimer> = []
    var random: SeededGenerator
    var dialCount: UInt64 = 0
    /// Since the last session that was stable.
    var errorsInARow = 0
    var bfdStatus: BFDStatus?
    /// Whether no session has come up yet since this process restarted.
    var isRestarting: Bool
    var faultsSeen: Set<FaultKey> = []
    var tallies: [AddressFamily: PrefixTally] = [:]
    var limitsExceeded: Set<AddressFamily> = []

    var effects: [SessionEffect] = []
    /// Why the state is what it is; goes into the next report.
    var reason = ""

    /// A session that is stopped. `seed` repeats its jitter.
    public init(configuration: SessionConfiguration, seed: UInt64) {
        self.configuration = configuration
        random = SeededGenerator(seed: seed)
        isRestarting = configuration.gracefulRestart?.isRestarting ?? false
    }

    /// Tells the session what has happened, and says what is to be done.
    public mutating func handle(_ event: SessionEvent) -> [SessionEffect] {
        let before = state
        perform(event)
        if state != before { effects.append(.report(state, reason)) }
        var result: [SessionEffect] = []
        swap(&result, &effects)
        return result
    }

    private mutating func perform(_ event: SessionEvent) {
        switch event {
        case .start: start()
        case .stop(let ending): stop(ending)
        case .reset(let text): restart(NotificationMessage(.administrativeReset, text: text))
        case .reconfigure(let configuration): reconfigure(configuration)
        case .connected(let id): connected(id)
        case .connectFailed(let id, let why): connectFailed(id, why)
        case .accepted(let id): accepted(id)
        case .received(let id, let octets): receive(octets, on: id)
        case .closed(let id, let why): closed(id, why)
        case .wrote(let id, let pending): wrote(id, pending)
        case .timerExpired(let timer): expire(timer)
        case .bfd(let status): follow(status)
        case .transmit(let octets): transmit(octets)
        }
    }
}

// MARK: - State
extension Session {
    enum Phase: Sendable {
        /// Idle.
        case idle(IdleCause)
        /// Connect, Active, OpenSent or OpenConfirm: on the way to a session.
        case seeking(Seeking)
        case established(Established)
    }

    enum IdleCause: Sendable {
        /// Why, once it was; nil before it was started.
        case stopped(SessionEnding?)
        /// After an error, until the idle hold timer expires.
        case damped
        /// BFD is required and not up.
        case awaitingBFD
    }

    struct Seeking: Sendable {
        /// The dial that has neither succeeded nor failed yet.
        var dial: ConnectionID?
        /// Connections that have an OPEN of ours: at most one dialled from each side.
        var openings: [Opening] = []
    }

    struct Opening: Sendable {
        enum Progress: Sendable {
            case openSent
            case openConfirm(Negotiated)
        }

        let id: ConnectionID
        let localOpen: OpenMessage
        var progress = Progress.openSent

        /// Whether the peer's OPEN has come.
        var isConfirmed: Bool {
            switch progress {
            case .openSent: false
            case .openConfirm: true
            }
        }
    }

    struct Established: Sendable {
        let id: ConnectionID
        let negotiated: Negotiated
        var reader: UpdateReader
        /// A new connection of a peer that may have restarted without our noticing (RFC 4724 section 5).
        var rival: Opening?
    }

    struct FaultKey: Hashable, Sendable {
        let attribute: UInt8?
        let kind: UpdateFault.Kind
    }

    /// The state in the words of RFC 4271.
    public var state: SessionState {
        switch phase {
        case .idle: return .idle
        case .established: return .established
        case .seeking(let seeking):
            if seeking.openings.contains(where: \.isConfirmed) { return .openConfirm }
            if !seeking.openings.isEmpty { return .openSent }
            return seeking.dial == nil ? .active : .connect
        }
    }

    /// What was agreed, while the session is established.
    public var negotiated: Negotiated? {
        switch phase {
        case .established(let established): established.negotiated
        case .idle, .seeking: nil
        }
    }
}
