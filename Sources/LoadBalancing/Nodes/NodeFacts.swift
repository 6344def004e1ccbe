public import NetworkTypes

/// A node of the cluster as far as it decides what is announced from there.
public struct NodeFacts: Hashable, Sendable {
    /// What the cluster says about the health of the node.
    public enum Readiness: Hashable, Sendable {
        case ready
        /// Since when, in seconds since 1970; zero where the source does not say.
        case notReady(since: Int64)
    }

    /// `metadata.name`.
    public var name: NodeName
    /// `metadata.labels`, all of them.
    public var labels: [String: String]
    /// Those that begin with `Annotation.prefix`, as written.
    public var annotations: [String: String] = [:]
    /// Its own addresses, which are never handed out.
    public var addresses: Set<IPAddress>
    /// Those by which other nodes reach it, in the cluster's order; external ones where it has no internal ones.
    public var internalAddresses: [IPAddress] = []
    /// The condition `Ready` in `status.conditions`; a node that has no such condition counts as ready.
    public var readiness: Readiness
    /// It carries the taint `NodeFacts.autoscalerTaint`.
    public var isToBeDeletedByAutoscaler: Bool
    /// Its condition `NetworkUnavailable` is true.
    public var isNetworkUnavailable: Bool
    /// The Node object is being deleted.
    public var isDeleting: Bool
    /// The annotation `Annotation.drain` asks for it.
    public var isDraining: Bool

    /// A node that is ready and whole.
    public init(name: NodeName, labels: [String: String] = [:], addresses: Set<IPAddress> = []) {
        self.name = name
        self.labels = labels
        self.addresses = addresses
        readiness = .ready
        isToBeDeletedByAutoscaler = false
        isNetworkUnavailable = false
        isDeleting = false
        isDraining = false
    }

    /// Excludes the node that carries it, unless its value reads as false.
    public static let excludeLabel = "node.kubernetes.io/exclude-from-external-load-balancers"
    /// Set by the cluster autoscaler on a node that it is about to remove.
    public static let autoscalerTaint = "ToBeDeletedByClusterAutoscaler"

    /// Takes all nodes for ready where none is: then it is the cluster that has lost sight of them, and an address that
    /// nobody may announce would help no one.
    public static func trusted(_ nodes: [NodeName: NodeFacts]) -> [NodeName: NodeFacts] {
        guard !nodes.values.contains(where: { $0.readiness == .ready }) else { return nodes }
        return nodes.mapValues { node in
            var node = node
            node.readiness = .ready
            return node
        }
    }

    /// Whether the exclude label is there and means it.
    public var isExcludedByLabel: Bool { Self.isSet(labels[Self.excludeLabel]) }

    /// A label or annotation that is set by being there, unless its value is one of the spellings of false that
    /// Kubernetes reads.
    public static func isSet(_ value: String?) -> Bool {
        guard let value else { return false }
        return !["0", "f", "F", "false", "False", "FALSE"].contains(value)
    }
}
