import Configuration
import LoadBalancing
import Membership
import NetworkTypes

/// Who the nodes are that share addresses, and whether this one may own any: from the cluster and the configuration.
struct NodeRoster: Sendable {
    let node: NodeName
    var membership: MembershipSettings
    /// Checks of this node that fail, with what they say.
    var failingChecks: [String: String] = [:]
    /// Nil until the source has told them.
    var nodes: [NodeName: NodeFacts]?

    init(node: NodeName, membership: MembershipSettings) {
        self.node = node
        self.membership = membership
    }

    /// Every node but this one, in order.
    var others: [NodeName] {
        Set(membership.peers.map(\.name)).union(nodes.map { Set($0.keys) } ?? []).subtracting([node]).sorted()
    }

    /// By which another node is reached, those of the file first.
    func addresses(of name: NodeName) -> [IPAddress] {
        (membership.peers.first { $0.name == name }?.addresses ?? []) + (nodes?[name]?.internalAddresses ?? [])
    }

    /// Whether the cluster wants this node to hand over what it has.
    var isDraining: Bool { nodes?[node]?.isDraining ?? false }

    /// Whether this node must not own anything; being drained is another matter.
    func isExcluded(by rule: NodeEligibility, at time: Int64) -> Bool {
        guard failingChecks.isEmpty else { return true }
        guard let nodes, !nodes.isEmpty else { return false }
        guard var facts = nodes[node] else { return true }
        facts.isDraining = false
        return rule.refusal(of: facts, at: time) != nil
    }

    /// Why no node may announce; nil when one may, or nothing is known of nodes.
    func obstacle(for candidates: Announcement.Candidates, by rule: NodeEligibility, at time: Int64) -> Obstacle? {
        guard let nodes, !nodes.isEmpty else { return nil }
        if nodes[node] == nil {
            return Obstacle(
                reason: "NodeUnknown",
                sentence: "this node, \(node), is not among the \(nodes.count) nodes of the cluster; give herald the "
                    + "name that it has there, with --node-name")
        }
        return rule.obstacle(among: nodes.values.sorted { $0.name < $1.name }, for: candidates, at: time)
    }

    /// Whether a node is not ready, so that time alone may change who may own addresses.
    var dependsOnTime: Bool {
        guard case .notReady? = nodes?[node]?.readiness else { return false }
        return true
    }
}
