/// What a session waits for; the driver keeps one timer for each and restarts it when told to start it again.
public enum SessionTimer: Hashable, Sendable {
    /// Until the next dial (RFC 4271 section 8).
    case connectRetry
    /// Until the session leaves Idle again after an error.
    case idleHold
    /// Until the peer is heard again when it dials after an error, which is sooner than this side dials.
    case refusal
    /// After which a session counts as stable and earlier errors are forgotten.
    case stability
    /// Until a refresh that came too soon after the last one is answered; `Peer` starts it.
    case refresh
    /// Until a silent peer counts as gone; before the OPEN, until a mute one does.
    case hold(ConnectionID)
    /// Until the next KEEPALIVE.
    case keepalive(ConnectionID)
    /// Until a peer that takes nothing counts as gone (RFC 9687).
    case sendHold(ConnectionID)
}
