import IPAM
public import LoadBalancing
public import NetworkTypes

extension ServiceOperator {
    /// Explains `namespace/name`, a name alone, or an address.
    ///
    /// - Parameters:
    ///   - rules: Which nodes may announce, by mode.
    ///   - unheard: Nodes from which no heartbeat is heard.
    ///   - time: In seconds since 1970.
    public func explain(
        _ subject: String, rules: [Mode: NodeEligibility], unheard: Set<NodeName> = [], time: Int64
    ) -> [Explanation] {
        var view = NodeView(
            nodes: NodeFacts.trusted(nodes).values.sorted { $0.name < $1.name }, rules: rules, time: time)
        view.unheard = unheard
        if let address = IPAddress(subject) { return planner.explain(address, view) }
        if let slash = subject.firstIndex(of: "/") {
            let name = subject[subject.index(after: slash)...]
            return [planner.explain(ServiceKey(namespace: String(subject[..<slash]), name: String(name)), view)]
        }
        let keys = planner.services(named: subject)
        guard keys.isEmpty else { return keys.map { planner.explain($0, view) } }
        return [planner.explain(ServiceKey(namespace: "default", name: subject), view)]
    }
}
