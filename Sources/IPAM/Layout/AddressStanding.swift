/// What becomes of an address now; the first that applies, in this order.
public enum AddressStanding: Int, Sendable, Hashable, CaseIterable {
    /// A Service holds it.
    case used
    /// A node or interface has it, or a Service as its cluster IP.
    case reserved
    /// Another host on the network defends it.
    case conflicted
    /// It rests after a Service let go of it.
    case quarantined
    case free
}
