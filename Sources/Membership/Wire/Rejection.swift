/// Why a datagram was dropped.
public enum Rejection: Int, Error, Hashable, Sendable, CaseIterable {
    /// Too short or long, no heartbeat, or one that breaks the format.
    case malformed
    /// A format that this version does not know.
    case otherVersion
    /// Another cluster's.
    case otherCluster
    /// Sealed with a key that is not, or no longer, valid.
    case unknownKey
    /// Changed on its way, or sealed with another key of the same number.
    case badSeal
    /// It bears the name of this node: looped back, or two nodes have one name.
    case ownName
    /// From a run of the sender before the latest one known.
    case staleIncarnation
    /// Seen before, or older than what the window of sequence numbers reaches back to.
    case replayed
    /// The sender has not yet proved that it is alive now; it has been asked to.
    case unproven
    /// More nodes than can be kept, or one whose name has the hash of another.
    case noPlace
}
