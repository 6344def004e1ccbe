import Synchronization

/// How to break the network. Each call returns when the change is in force.
extension Lab {
    /// Pulls the cable at the switch: the node loses carrier, the switch forgets what it learned there.
    ///
    /// Without `interface` (eth0, …) all of the node's cables.
    @discardableResult
    public func cut(_ node: Node, interface: String? = nil) throws(LabError) -> Action {
        try setPorts(of: node, interface, up: false)
    }

    /// Plugs the cable in again.
    ///
    /// The node forgot its neighbours with the carrier. When its first question for one comes before its kernel has
    /// noticed the carrier, the question is lost, and the next is asked a second later, as on real hosts.
    @discardableResult
    public func restore(_ node: Node, interface: String? = nil) throws(LabError) -> Action {
        try setPorts(of: node, interface, up: true)
    }

    /// Loses frames of this node while its carrier stays up.
    @discardableResult
    public func block(_ node: Node, _ direction: Direction = .both, only traffic: Traffic = .all) throws(LabError)
        -> Obstacle
    {
        let ports = Set(node.interfaces.map(\.port))
        switch direction {
        case .outgoing: return try add("block out of \(node.name)", from: ports, to: nil, traffic)
        case .incoming: return try add("block into \(node.name)", from: nil, to: ports, traffic)
        case .both: return try add("block \(node.name)", from: ports, to: nil, alsoBackwards: true, traffic)
        }
    }

    /// Loses frames from one node to another; the way back stays open.
    @discardableResult
    public func block(from sender: Node, to receiver: Node, only traffic: Traffic = .all) throws(LabError) -> Obstacle {
        try add(
            "block \(sender.name) to \(receiver.name)", from: Set(sender.interfaces.map(\.port)),
            to: Set(receiver.interfaces.map(\.port)), traffic)
    }

    /// Loses this traffic between all nodes.
    @discardableResult
    public func blockEverywhere(_ traffic: Traffic) throws(LabError) -> Obstacle {
        try add("block \(traffic)", from: nil, to: nil, traffic)
    }

    /// Splits the network: nodes of different groups do not reach each other; nodes in no group reach all.
    @discardableResult
    public func partition(_ groups: [Node]..., only traffic: Traffic = .all) throws(LabError) -> Obstacle {
        let number = Self.nextNumber()
        let ports = groups.map { Set($0.flatMap(\.interfaces).map(\.port)) }
        var walls: [Obstacle] = []
        for (position, group) in ports.enumerated() where !group.isEmpty {
            let others = ports.enumerated().filter { $0.offset != position }.reduce(into: Set()) {
                $0.formUnion($1.element)
            }
            walls.append(Obstacle(number: number, from: group, to: others, traffic: traffic))
        }
        guard walls.count > 1, let first = walls.first else {
            throw .badTopology("a partition needs two groups with nodes in them")
        }
        let names = groups.map { $0.map(\.name).joined(separator: " ") }.joined(separator: " | ")
        try apply("partition \(names)", walls)
        return first
    }

    /// Takes one obstacle away.
    @discardableResult
    public func heal(_ obstacle: Obstacle) throws(LabError) -> Action {
        try record("heal \(obstacle.traffic)") { () throws(LabError) in
            for each in switches { try each.update { $0.removeAll { $0.number == obstacle.number } } }
        }
    }

    /// Takes every obstacle away; cables that were cut stay cut.
    @discardableResult
    public func heal() throws(LabError) -> Action {
        try record("heal everything") { () throws(LabError) in
            for each in switches { try each.update { $0.removeAll() } }
        }
    }

    private static let lastNumber = Atomic(0)

    private static func nextNumber() -> Int { lastNumber.add(1, ordering: .relaxed).newValue }

    private func add(
        _ what: String, from: Set<String>?, to: Set<String>?, alsoBackwards: Bool = false, _ traffic: Traffic
    ) throws(LabError) -> Obstacle {
        let obstacle = Obstacle(number: Self.nextNumber(), from: from, to: to, traffic: traffic)
        let back = Obstacle(number: obstacle.number, from: to, to: from, traffic: traffic)
        try apply("\(what) (\(traffic))", alsoBackwards ? [obstacle, back] : [obstacle])
        return obstacle
    }

    private func apply(_ what: String, _ obstacles: [Obstacle]) throws(LabError) {
        _ = try record(what) { () throws(LabError) in
            for each in switches { try each.update { $0 += obstacles } }
        }
    }

    private func setPorts(of node: Node, _ interface: String?, up: Bool) throws(LabError) -> Action {
        let chosen = node.interfaces.filter { interface == nil || $0.name == interface }
        guard !chosen.isEmpty else { throw .badTopology("'\(node.name)' has no interface '\(interface ?? "")'") }
        return try record("\(up ? "restore" : "cut") \(node.name)") { () throws(LabError) in
            for each in chosen { try findSwitch(of: each).setPort(of: each, up: up) }
        }
    }
}
