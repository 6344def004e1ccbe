public import NetworkTypes

/// Why this node is to own an address.
///
/// Whether the network is asked first is for who performs the claim to say: it also depends on which nodes were heard.
public enum ClaimReason: Hashable, Sendable {
    /// No node is known to have had it.
    case fresh
    /// Its owner has died or left, or has given it up.
    case takeover(from: NodeName?)
    /// Its owner still answers and lets go once this node does: to ask would find the owner.
    case handover(from: NodeName?)
    /// The run of this node before had it, and nobody has taken it since.
    case adoption
}

/// Why this node lets go of an address.
public enum ReleaseReason: Hashable, Sendable {
    /// It is not desired any more.
    case notWanted
    /// Another node has it.
    case yielded(to: NodeName?)
    /// No interface with a carrier serves its subnet.
    case cannotServe
    /// This node may not own it, and there is no other that could take it over, or none has in time.
    case notEligible
    /// This node leaves.
    case leaving
}
