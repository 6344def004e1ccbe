public import IPAM
public import LoadBalancing
public import NetworkTypes

/// The state of the loop, as `herald status` and the status page show it.
public struct OperatorReport: Sendable {
    /// The node that reports; whose announcements are in effect is as seen from here.
    public var node: NodeName
    /// The Services that are ours, by key.
    public var services: [ServiceReport]
    /// One for each pool and each family that it has, in the order of the configuration.
    public var pools: [PoolUsage]
    /// What the source could not read, each with its place.
    public var problems: [String]
    /// The newest last.
    public var events: [RecentEvent]
    /// When the report was made, on the clock of its other points in time.
    public var now: MonotonicTime
}

/// The same as numbers, for metrics.
public struct OperatorTally: Sendable {
    /// Services and addresses, counted.
    public var services: ServiceTally
    /// One for each pool and each family that it has, in the order of the configuration.
    public var pools: [PoolUsage]
    /// Things that the source cannot read or write.
    public var problems: Int
    /// Whether this node is the one that allocates.
    public var isAllocator: Bool
    /// Everything that exists has been read from the source.
    public var isSynchronised: Bool
}
