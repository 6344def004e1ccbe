public import NetworkTypes

/// Where a Service's endpoints are, all its EndpointSlices taken together.
public enum EndpointFacts: Hashable, Sendable {
    /// The source knows nothing of endpoints: none are required and any node may serve.
    case unknown
    /// What the slices say.
    case known(Known)

    /// Endpoints counted as kube-proxy counts them: ready ones first, serving but terminating ones where none is ready.
    public struct Known: Hashable, Sendable {
        /// Nodes with a ready endpoint.
        public var readyNodes: Set<NodeName>
        /// Nodes with an endpoint that still serves while it terminates.
        public var terminatingNodes: Set<NodeName>
        /// Whether a ready endpoint exists whose node is not named (or is outside the cluster).
        public var hasReadyElsewhere: Bool

        /// By default no endpoints at all, which is other than `unknown`: such a Service is not served.
        public init(
            readyNodes: Set<NodeName> = [], terminatingNodes: Set<NodeName> = [], hasReadyElsewhere: Bool = false
        ) {
            self.readyNodes = readyNodes
            self.terminatingNodes = terminatingNodes
            self.hasReadyElsewhere = hasReadyElsewhere
        }

        /// Whether anything can serve the traffic at all.
        public var isServed: Bool { hasReadyElsewhere || !readyNodes.isEmpty || !terminatingNodes.isEmpty }

        /// The nodes that may receive traffic under `externalTrafficPolicy: Local` (KEP-1669).
        public var localNodes: Set<NodeName> { readyNodes.isEmpty ? terminatingNodes : readyNodes }
    }
}
