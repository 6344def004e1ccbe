public import IPAM
public import NetworkTypes

/// What the configuration tells the planner.
public struct PlannerSettings: Hashable, Sendable {
    /// A pool, and how its addresses are announced where that differs from the rest.
    public struct PoolSettings: Hashable, Sendable {
        /// Where addresses come from, and which Services may have them.
        public var pool: Pool
        /// Nil: as `PlannerSettings.mode` says.
        public var mode: Mode?

        /// Without a mode of its own, the pool follows `PlannerSettings.mode`.
        public init(pool: Pool, mode: Mode? = nil) {
            self.pool = pool
            self.mode = mode
        }
    }

    /// This node.
    public var node: NodeName
    /// For addresses of pools that name no mode, and for those out of every pool.
    public var mode: Mode
    /// In the order of the configuration; names are unique and ranges apart (`Configuration` checks).
    public var pools: [PoolSettings]
    /// Which Services are taken on.
    public var claim: ClaimPolicy
    /// Whether a Service without any endpoint is left unannounced, where the source knows of endpoints.
    public var requireEndpoints: Bool

    /// By default, Services of our class and of none are taken on, and one without an endpoint is left unannounced.
    public init(
        node: NodeName, mode: Mode, pools: [PoolSettings], claim: ClaimPolicy = ClaimPolicy(),
        requireEndpoints: Bool = true
    ) {
        self.node = node
        self.mode = mode
        self.pools = pools
        self.claim = claim
        self.requireEndpoints = requireEndpoints
    }
}
