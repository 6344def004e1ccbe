public import NetworkTypes

/// A peer: its session, the routes it is to have, and the flow between the two.
///
/// The driver feeds it everything that happens and performs what it returns; routes go out as fast as the transport
/// takes them, and wait in the Adj-RIB-Out, where they cost nothing, when it does not.
public struct Peer: Sendable {
    /// Octets that may wait in the transport before the Adj-RIB-Out is asked for no more.
    public static let highWater = 65536

    /// The session, to look at.
    public private(set) var session: Session
    /// The routes, to look at.
    public private(set) var routes: AdjRIBOut

    /// Octets handed to the driver that the transport has not taken yet.
    private var unsent = 0

    /// A peer whose session is stopped. `seed` repeats its jitter.
    public init(configuration: SessionConfiguration, policy: ExportPolicy, seed: UInt64) {
        session = Session(configuration: configuration, seed: seed)
        routes = AdjRIBOut(policy: policy)
    }

    /// Tells the peer what has happened.
    ///
    /// After each attempt to write, the driver says with `wrote` how much is left, even when that is nothing.
    public mutating func handle(_ event: SessionEvent, at now: MonotonicTime) -> [SessionEffect] {
        var effects = session.handle(event)
        for effect in effects { note(effect) }
        switch event {
        case .wrote(let id, let pending): if id == session.establishedID { unsent = pending }
        case .start, .stop, .reset, .reconfigure, .connected, .connectFailed, .accepted, .received, .closed,
            .timerExpired, .bfd, .transmit:
            break
        }
        flow(into: &effects, at: now)
        return effects
    }

    /// Changes what the peer is to have.
    public mutating func update(
        at now: MonotonicTime, _ change: (inout AdjRIBOut) -> Void
    ) -> [SessionEffect] {
        change(&routes)
        var effects: [SessionEffect] = []
        flow(into: &effects, at: now)
        return effects
    }

    /// Whether the transport has taken everything that was handed to it.
    public var isFlushed: Bool { unsent == 0 }

    /// Whether the peer has been sent all there is, and the transport has taken it: what a drain waits for.
    public var isSynchronized: Bool { unsent == 0 && routes.isSynchronized }

    private mutating func note(_ effect: SessionEffect) {
        switch effect {
        case .established(_, let negotiated):
            unsent = 0
            routes.sessionEstablished(negotiated)
        case .lost: routes.sessionLost()
        case .refreshRequested(let family): routes.refresh(family)
        case .connect, .close, .send, .startTimer, .stopTimer, .report, .fault, .prefixLimitExceeded: break
        }
    }

    private mutating func flow(into effects: inout [SessionEffect], at now: MonotonicTime) {
        if unsent < Self.highWater {
            let octets = routes.nextMessages(limit: Self.highWater - unsent, at: now)
            if !octets.isEmpty {
                unsent += octets.count
                effects += session.handle(.transmit(octets))
            }
        }
        if let due = routes.nextRefresh, now < due {
            effects.append(.startTimer(.refresh, now.duration(to: due)))
        }
    }
}
