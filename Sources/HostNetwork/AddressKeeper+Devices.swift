public import PacketLoop

/// What else waits for the kernel, and with it for others who change the host's network.
extension AddressKeeper {
    /// For descriptors whose end waits for the kernel: each is closed after what was ordered before.
    public nonisolated var closer: PacketLoop { loop }
}
