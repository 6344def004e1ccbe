import NetworkTypes

/// What follows from a change of who owns what.
enum OwnershipDecision: Equatable, Sendable {
    /// The own node now claims the address and is to make it so.
    case claim(IPAddress, ClaimReason)
    case release(IPAddress, ReleaseReason)
    /// The own node prevailed over another: the network must hear of it.
    case reassert(IPAddress)
    /// Another node owns the address, or the one that does answers from now on, or no longer.
    case ownerChanged(IPAddress, NodeID?)
}
