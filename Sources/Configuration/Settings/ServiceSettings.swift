public import LoadBalancing

/// `services`: which Services are served, and how.
public struct ServiceSettings: Hashable, Sendable {
    /// By their class.
    public var claim = ClaimPolicy()
    /// Whether a Service without any endpoint is left unannounced, where the source knows of endpoints.
    public var requireEndpoints = true
    /// Whether a single assigned address is written to `spec.loadBalancerIP` too.
    public var writeLoadBalancerIP = true

    /// Every default.
    public init() {}
}
