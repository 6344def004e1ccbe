/// What can happen to a session.
///
/// The driver hands over what a socket brought before it hands over a hold timer that expired meanwhile, so that a
/// process that was stopped for a while does not take its peer for dead.
public enum SessionEvent: Sendable {
    /// The peer is wanted (RFC 4271 events 1, 3 to 7).
    case start
    /// The peer is not wanted any more, or not now (event 2, 8).
    case stop(SessionEnding)
    /// End the session and begin again at once, with a text for the other side's people (cease 6/4).
    case reset(String)
    /// New settings; those that an OPEN carries need a reset, which follows of itself (cease 6/6).
    case reconfigure(SessionConfiguration)
    /// The dial with this id has succeeded (event 16).
    case connected(ConnectionID)
    /// The dial with this id has failed, and why (event 18).
    case connectFailed(ConnectionID, String)
    /// The peer has dialled (event 17).
    case accepted(ConnectionID)
    /// Octets have come, in pieces of any size.
    case received(ConnectionID, [UInt8])
    /// The connection is gone without this side's doing, and why (event 18).
    case closed(ConnectionID, String)
    /// The transport has taken octets, and as many are still to be taken.
    case wrote(ConnectionID, pending: Int)
    /// A timer that was started has run out (events 9 to 11, 29).
    case timerExpired(SessionTimer)
    /// BFD says how the path to the peer is.
    case bfd(BFDStatus)
    /// Whole messages of the Adj-RIB-Out that are to be sent now.
    case transmit([UInt8])
}

/// What BFD says of a path.
public enum BFDStatus: Sendable, CaseIterable {
    /// Packets get through both ways.
    case up
    /// They did, and do not any more.
    case down
    /// Someone has switched BFD off on the other side, which says nothing of the path (RFC 5882 section 3.2).
    case adminDown
}

/// Why a session is ended from this side, and so what the peer is told.
public enum SessionEnding: Hashable, Sendable {
    /// For maintenance, with a text for the other side's people (6/2).
    case shutdown(String)
    /// The peer was removed from the configuration (6/3).
    case deconfigured
    /// This side cannot keep it up (6/8).
    case outOfResources
    /// This process comes back soon: the peer is told nothing, and keeps the routes (RFC 4724).
    case gracefulRestart
}
