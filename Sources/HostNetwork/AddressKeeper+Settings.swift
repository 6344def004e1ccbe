extension AddressKeeper {
    /// How long addresses outlive the process, and how often they are refreshed while it lives.
    public struct Settings: Hashable, Sendable {
        /// How long an address stays without a refresh: 1 s to 1 h, counted by the kernel in whole seconds.
        ///
        /// It grows with the number of addresses, and is never less than 2 s above the time between two refreshes.
        public let lifetime: Duration
        /// The time between two refreshes of an address: 100 ms to 10 min. From 100 times so many seconds addresses on it
        /// is longer, so that no more than 100 are refreshed in a second.
        public let refresh: Duration

        /// Values out of range are moved into it.
        public init(lifetime: Duration = .seconds(5), refresh: Duration = .seconds(2)) {
            self.lifetime = min(max(lifetime, .seconds(1)), .seconds(3600))
            self.refresh = min(max(refresh, .milliseconds(100)), .seconds(600))
        }
    }
}
