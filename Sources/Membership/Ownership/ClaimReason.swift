public import NetworkTypes

/// Why this node is to own an address, which says how it begins.
public enum ClaimReason: Hashable, Sendable {
    /// No node is known to have had it: probe first.
    case fresh
    /// Its owner has died or left: announce at once.
    case takeover(from: NodeName?)
    /// Its owner still answers and lets go once this node does: announce without a probe.
    case handover(from: NodeName?)
    /// The run of this node before had it, and nobody has taken it since: go on without a probe.
    case adoption

    /// Whether the network is asked first if the address is in use.
    public var wantsProbe: Bool { self == .fresh }
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
