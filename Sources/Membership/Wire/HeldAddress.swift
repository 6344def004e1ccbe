import NetworkTypes

/// A node's claim to own an address, as it travels in its state.
struct HeldAddress: Equatable, Sendable {
    var address: IPAddress
    /// When it was claimed, on the cluster's logical clock; a later claim prevails over an earlier one.
    var epoch: UInt64
    /// Whether the node answers for the address already; otherwise it is about to.
    var isInEffect: Bool
    /// Whether the node wants another to take it.
    var isOffered: Bool

    init(_ address: IPAddress, epoch: UInt64, isInEffect: Bool = false, isOffered: Bool = false) {
        self.address = address
        self.epoch = epoch
        self.isInEffect = isInEffect
        self.isOffered = isOffered
    }
}
