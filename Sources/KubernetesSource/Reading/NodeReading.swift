import Kubernetes
import LoadBalancing
import NetworkTypes

/// Reads Node objects.
enum NodeReading {
    /// What the node means for announcing.
    static func facts(of node: Kubernetes.Node) -> NodeFacts {
        var facts = NodeFacts(name: NodeName(node.metadata.name), labels: node.metadata.labels)
        facts.annotations = node.metadata.annotations.filter { $0.key.hasPrefix(Annotation.prefix) }
        let known = ["InternalIP", "ExternalIP", "Hostname"].map { addresses(of: node, type: $0) }
        facts.internalAddresses = known.first { !$0.isEmpty } ?? []
        facts.addresses = Set(known.joined())
        facts.readiness = readiness(of: node)
        facts.isToBeDeletedByAutoscaler = node.taints.contains { $0.key == NodeFacts.autoscalerTaint }
        facts.isNetworkUnavailable = node.conditions.contains {
            $0.type == "NetworkUnavailable" && $0.status == "True"
        }
        facts.isDeleting = node.metadata.deletionTimestamp != nil
        facts.isDraining = NodeFacts.isSet(node.metadata.annotations[Annotation.drain])
        return facts
    }

    /// A host name may be an address, where whoever made the object knew no other.
    private static func addresses(of node: Kubernetes.Node, type: String) -> [IPAddress] {
        node.addresses.filter { $0.type == type }.compactMap { IPAddress($0.address) }.filter(\.isAssignable)
    }

    /// A node without the condition has not been heard of by its kubelet yet; nothing is held against it.
    private static func readiness(of node: Kubernetes.Node) -> NodeFacts.Readiness {
        guard let condition = node.conditions.first(where: { $0.type == "Ready" }), condition.status != "True" else {
            return .ready
        }
        return .notReady(since: (condition.lastTransitionTime?.microseconds ?? 0) / 1_000_000)
    }
}
