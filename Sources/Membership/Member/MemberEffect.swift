public import NetworkTypes

/// What a driver does for a member, in order.
public enum MemberEffect: Equatable, Sendable {
    /// Whom a datagram is for.
    public enum Recipients: Hashable, Sendable {
        /// Every node of the roster and every one learned, dead or alive.
        case everyone
        /// One of them.
        case one(NodeName)
    }

    /// A datagram of at most 1,400 octets.
    case send([UInt8], to: Recipients)
    /// A node that is not in the roster sent the datagram just handed over: its source is where to reach the node.
    case learned(NodeName)
    /// A node that is not in the roster, or no more, is not heard: nothing is to be sent to it.
    case forgotten(NodeName)
    /// Begin to announce, then report `attached` or `attachFailed`.
    case claim(IPAddress, ClaimReason)
    /// Stop to announce.
    case release(IPAddress, ReleaseReason)
    /// Announce once more: another node that announced it has been put right.
    case reassert(IPAddress)
    /// Answer for nothing: this process did not run for some time, and others may have taken over.
    case holdAnswers
    /// Answer again for what has not been released.
    case resumeAnswers
    /// By the claims heard, another node owns the address, or none, or the owner has begun to answer.
    case ownerChanged(IPAddress, NodeName?)
    /// A node can be reached in another way than before, or no longer.
    case memberChanged(NodeName, Reach)
    /// The process has been told that a run of this node with a later incarnation was known, and uses this one now.
    case incarnationChanged(UInt64)
}
