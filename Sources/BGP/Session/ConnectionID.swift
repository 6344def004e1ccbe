/// Names one TCP connection to a peer, of the two that may exist while each side dials the other.
public enum ConnectionID: Hashable, Sendable {
    /// Dialled from here; the session numbers these.
    case outgoing(UInt64)
    /// Accepted from the peer; the driver numbers these and uses no number twice.
    case incoming(UInt64)

    /// Whether this side has dialled.
    var isOutgoing: Bool {
        switch self {
        case .outgoing: true
        case .incoming: false
        }
    }
}
