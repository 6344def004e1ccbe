public import LoadBalancing
public import NetworkTypes

/// What one configuration file says, with every default filled in.
public struct Configuration: Hashable, Sendable {
    /// How the addresses of pools without a mode of their own are announced.
    public var mode: Mode
    /// Where Services come from.
    public var source = Source.kubernetes(KubernetesSettings())
    /// Which Services are served, and how.
    public var services = ServiceSettings()
    /// In the order written; never empty, and no address is in two of them.
    public var pools: [PlannerSettings.PoolSettings]
    /// How addresses are announced by ARP and NDP.
    public var arp = ARPSettings()
    /// How nodes that share addresses know of each other.
    public var membership = MembershipSettings()
    /// What must answer on this node for it to own addresses in ARP mode.
    public var checks: [BackendCheck] = []
    /// How addresses are announced by BGP.
    public var bgp = BGPSettings()
    /// What is logged, and how.
    public var log = LogSettings()
    /// How the running process is asked about.
    public var operations = OperationsSettings()

    /// Every default but those two, which have none.
    public init(mode: Mode, pools: [PlannerSettings.PoolSettings]) {
        self.mode = mode
        self.pools = pools
    }

    /// The modes that any address uses; one that is out of every pool has that of the file.
    public var modes: Set<Mode> { Set(pools.map { $0.mode ?? mode }).union([mode]) }

    /// What the planner of a node has to know.
    public func plannerSettings(for node: NodeName) -> PlannerSettings {
        PlannerSettings(
            node: node, mode: mode, pools: pools, claim: services.claim, requireEndpoints: services.requireEndpoints)
    }
}
