public import IPAM
public import NetworkTypes

extension Planner {
    /// Explains each Service that has the address, or says what becomes of the address where none has.
    public func explain(_ address: IPAddress, _ view: NodeView) -> [Explanation] {
        let holders = ledger.holders(of: address)
        guard holders.isEmpty else { return holders.sorted().map { explain($0, view) } }
        var explanation = Explanation(subject: address.description)
        guard let pool = ledger.pool(of: address) else {
            let names = settings.pools.map { "'\($0.pool.name)'" }.joined(separator: ", ")
            explanation.fail("pool", "\(address) is in no pool (\(names)); add it to one to have it given")
            explanation.leave(["given"])
            return [explanation]
        }
        explanation.hold("pool", "\(address) is in pool '\(pool.name)'")
        explanation.fail("given", standing(of: address))
        return [explanation]
    }

    private func standing(of address: IPAddress) -> String {
        switch ledger.standing(of: address) {
        case .used, .free:
            "no Service has it; one gets it when it is the next to be given, or asks for it with \(Annotation.addresses)"
        case .reserved:
            "it belongs to a node or interface, or is a cluster IP, so it is never given; leave it out of the pool"
        case .conflicted:
            "another host on the network answers for it, so it is not given; take it away from that host or out of the pool"
        case .quarantined: "it rests since a Service let go of it, and is free when its quarantine ends"
        }
    }

    /// Services whose name fits, where the namespace was left out; at most ten.
    public func services(named name: String) -> [ServiceKey] {
        Array(services.keys.filter { $0.name == name }.sorted().prefix(10))
    }
}
