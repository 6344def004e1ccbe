public import NetworkTypes

/// What happens to a member.
public enum MemberEvent: Sendable {
    /// A datagram came in. Those that are queued are to be handed over before time passes.
    case received(ArraySlice<UInt8>)
    /// `nextWake` is reached; harmless at any other time.
    case timePassed
    /// The names of all nodes that may be members, with or without this one. Complete each time; nothing is taken before
    /// the first.
    case roster([NodeName])
    /// Addresses that are desired from now on or have other candidates, and such that are no longer.
    case desired([DesiredAddress], removed: [IPAddress])
    /// What this node can announce has changed.
    case eligibility(Eligibility)
    /// Whether this node is to hand over what it has.
    case draining(Bool)
    /// The address that was claimed is announced.
    case attached(IPAddress)
    /// The address that was claimed, or was in effect, cannot be announced from here: someone defends it, or it failed.
    case attachFailed(IPAddress)
    /// The interface of another member was heard to announce an address of this node.
    case claimHeard(IPAddress)
    /// This node offers to others what it has above its fair share.
    case rebalance
    /// The settings are others from now on; the cluster stays.
    case settings(MemberSettings)
    /// What this node has recorded; complete each time. From the first on it takes part in choosing who allocates.
    case records([SharedRecord])
    /// Hosts that are no members and were found to have addresses; complete each time. At most 64 are told to others.
    case conflicts([AddressConflict])
    /// This node lets go of everything and says so. Its last event but for `timePassed`.
    case leave
}
