public import NetworkTypes

/// What is known of the nodes when a Service is explained.
public struct NodeView: Sendable {
    /// In the order of their names; empty where the source knows of none.
    public var nodes: [NodeFacts]
    /// Which of them may announce, by mode.
    public var rules: [Mode: NodeEligibility]
    /// Seconds since 1970.
    public var time: Int64
    /// Nodes from which no heartbeat is heard, so that they share no addresses.
    public var unheard: Set<NodeName> = []

    /// Sorts nothing; a mode without a rule gets the default `NodeEligibility`, and `time` is in seconds since 1970.
    public init(nodes: [NodeFacts], rules: [Mode: NodeEligibility], time: Int64) {
        self.nodes = nodes
        self.rules = rules
        self.time = time
    }

    /// Nodes that may announce, and each that may not with its reason.
    func split(
        for candidates: Announcement.Candidates, _ mode: Mode
    ) -> (may: [NodeName], mayNot: [(NodeName, NodeEligibility.Refusal)]) {
        let rule = rules[mode] ?? NodeEligibility()
        var may: [NodeName] = []
        var mayNot: [(NodeName, NodeEligibility.Refusal)] = []
        for node in nodes {
            if let refusal = rule.refusal(of: node, for: candidates, at: time) {
                mayNot.append((node.name, refusal))
            } else {
                may.append(node.name)
            }
        }
        return (may, mayNot)
    }
}
