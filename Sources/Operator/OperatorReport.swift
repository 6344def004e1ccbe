public import IPAM
public import LoadBalancing
public import NetworkTypes

/// The state of the loop, as `herald status` and the status page show it.
public struct OperatorReport: Sendable {
    public var node: NodeName
    /// The Services that are ours, by key.
    public var services: [ServiceReport]
    public var pools: [PoolUsage]
    /// What the source could not read, each with its place.
    public var problems: [String]
    /// When the report was made, on the clock of its other points in time.
    public var now: MonotonicTime
}
