public import NetworkTypes

/// What the driver of a session does, in the order given.
public enum SessionEffect: Equatable, Sendable {
    /// How a connection is closed.
    public enum Closing: Hashable, Sendable {
        /// Send what is queued, half-close, read what still comes for a short while, close; so that the peer reads a
        /// NOTIFICATION rather than a reset.
        case afterFlush
        /// Drop it with what is queued; also ends a dial that has not succeeded yet.
        case atOnce
    }

    /// Dial, and answer with `connected` or `connectFailed`.
    case connect(ConnectionID)
    /// Close; nothing more is expected of this id.
    case close(ConnectionID, Closing)
    /// Queue octets for sending.
    case send(ConnectionID, [UInt8])
    /// Start the timer, or restart it when it is running.
    case startTimer(SessionTimer, Duration)
    /// Stop the timer.
    case stopTimer(SessionTimer)
    /// The state has changed, with the reason in a sentence.
    case report(SessionState, String)
    /// Routes can be sent: the Adj-RIB-Out begins anew.
    case established(ConnectionID, Negotiated)
    /// The session is over; nothing that was sent counts any more.
    case lost
    /// The peer wants all routes of a family again.
    case refreshRequested(AddressFamily)
    /// The peer has made a mistake of a kind not yet seen in this session (RFC 7606).
    case fault(UpdateFault)
    /// The peer has announced more routes of a family than its limit; said once in a session.
    case prefixLimitExceeded(AddressFamily, limit: UInt32)
}
