public import IPAM
public import NetworkTypes

/// What the configuration tells the planner.
public struct PlannerSettings: Hashable, Sendable {
    /// A pool, and how its addresses are announced where that differs from the rest.
    public struct PoolSettings: Hashable, Sendable {
        public var pool: Pool
        /// Nil: as `PlannerSettings.mode` says.
        public var mode: Mode?

        public init(pool: Pool, mode: Mode? = nil) {
            self.pool = pool
            self.mode = mode
        }
    }

    /// This node.
    public var node: NodeName
    public var mode: Mode
    public var pools: [PoolSettings]
    public var claim: ClaimPolicy
    /// Whether a Service without any endpoint is left unannounced, where the source knows of endpoints.
    public var requireEndpoints: Bool

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
