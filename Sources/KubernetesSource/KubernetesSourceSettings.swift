public import LoadBalancing
public import NetworkTypes

/// What the configuration tells the source.
public struct KubernetesSourceSettings: Hashable, Sendable {
    /// This node, which Events name as their author.
    public var node: NodeName
    /// Which Services are ours.
    public var claim: ClaimPolicy
    /// Whether a Service without endpoints is left unannounced, for which its endpoints must be known.
    public var requireEndpoints: Bool
    /// Whether a single address is mirrored in `spec.loadBalancerIP`.
    public var writesLoadBalancerIP: Bool
    /// Whether the labels of namespaces are wanted: when a pool selects by them.
    public var watchesNamespaces: Bool
    /// Whether Nodes are wanted. Not to be changed later.
    public var watchesNodes: Bool
    /// Whether nodes talk to one another under the addresses of their Node objects.
    public var needsNodeAddresses: Bool
    /// Where what is known is recorded for a start without the API server; nil: nowhere. Not to be changed later.
    public var stateDirectory: String?

    /// The defaults are those of the configuration.
    public init(
        node: NodeName, claim: ClaimPolicy = ClaimPolicy(), requireEndpoints: Bool = true,
        writesLoadBalancerIP: Bool = true, watchesNamespaces: Bool = false, watchesNodes: Bool = true,
        needsNodeAddresses: Bool = false, stateDirectory: String? = nil
    ) {
        self.node = node
        self.claim = claim
        self.requireEndpoints = requireEndpoints
        self.writesLoadBalancerIP = writesLoadBalancerIP
        self.watchesNamespaces = watchesNamespaces
        self.watchesNodes = watchesNodes
        self.needsNodeAddresses = needsNodeAddresses
        self.stateDirectory = stateDirectory
    }
}
