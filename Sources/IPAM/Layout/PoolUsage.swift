public import NetworkTypes

/// How full one pool is for one family. Every address counts once, as its `AddressStanding` says.
public struct PoolUsage: Hashable, Sendable {
    /// The name of the pool.
    public let pool: String
    /// The family counted.
    public let family: AddressFamily
    /// Addresses in all; those that `skipEdgeAddresses` leaves out included.
    public let size: UInt128
    /// What automatic choice may still take.
    public let free: UInt128
    /// Held by Services.
    public let used: Int
    /// Resting after a release.
    public let quarantined: Int
    /// Defended by another host.
    public let conflicted: Int
    /// Those of nodes and interfaces, and cluster IPs.
    public let reserved: Int
    /// Those of the ranges from which the cluster gives cluster IPs, so that no Service gets one; counted besides what
    /// they are now.
    public private(set) var clusterIPs: UInt128 = 0
}
