import LoadBalancing
import NetworkTypes

/// A node in a state file.
struct RecordedNode: Codable {
    var name: String
    var labels: [String: String]
    var annotations: [String: String]
    var addresses: [String]
    var internalAddresses: [String]
    /// Seconds since 1970; nil: ready.
    var notReadySince: Int64?
    var isToBeDeletedByAutoscaler: Bool
    var isNetworkUnavailable: Bool
    var isDeleting: Bool
    var isDraining: Bool

    init(_ node: NodeFacts) {
        (name, labels, annotations) = (node.name.text, node.labels, node.annotations)
        addresses = node.addresses.map(\.description).sorted()
        internalAddresses = node.internalAddresses.map(\.description)
        if case .notReady(let since) = node.readiness { notReadySince = since }
        isToBeDeletedByAutoscaler = node.isToBeDeletedByAutoscaler
        isNetworkUnavailable = node.isNetworkUnavailable
        isDeleting = node.isDeleting
        isDraining = node.isDraining
    }

    func facts() throws(StateFile.Unusable) -> NodeFacts {
        let own = addresses.compactMap { IPAddress($0) }
        let reachable = internalAddresses.compactMap { IPAddress($0) }
        guard own.count == addresses.count, reachable.count == internalAddresses.count else {
            throw StateFile.Unusable(description: "the node \(name) in it cannot be read")
        }
        var node = NodeFacts(name: NodeName(name), labels: labels, addresses: Set(own))
        node.annotations = annotations
        node.internalAddresses = reachable
        if let notReadySince { node.readiness = .notReady(since: notReadySince) }
        node.isToBeDeletedByAutoscaler = isToBeDeletedByAutoscaler
        node.isNetworkUnavailable = isNetworkUnavailable
        node.isDeleting = isDeleting
        node.isDraining = isDraining
        return node
    }
}
