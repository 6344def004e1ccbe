public import IPAM
public import NetworkTypes

/// The order in which nodes that all announce a Service write its status: the same on every node, another for each
/// Service, and hardly changed when a node comes or goes.
public enum StatusRank {
    /// How many of `nodes` come before `node`, which need not be one of them: then all do.
    public static func rank(of node: NodeName, among nodes: some Collection<NodeName>, for service: ServiceKey) -> Int {
        guard nodes.contains(node) else { return nodes.count }
        let own = weight(of: node, for: service)
        return nodes.count { other in
            let weight = weight(of: other, for: service)
            return other != node && (weight, other) > (own, node)
        }
    }

    /// FNV-1a over node and Service, its bits mixed as SplitMix64 does at the end.
    private static func weight(of node: NodeName, for service: ServiceKey) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for octets in [node.text.utf8, "/".utf8, service.namespace.utf8, "/".utf8, service.name.utf8] {
            for octet in octets { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01B3 }
        }
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        return hash ^ hash >> 31
    }

    /// Whether a node can be expected to write: it may announce, and the cluster hears from it.
    public static func canBeCountedOn(_ node: NodeFacts) -> Bool {
        NodeEligibility(grace: .zero).refusal(of: node, at: .max) == nil
    }
}
