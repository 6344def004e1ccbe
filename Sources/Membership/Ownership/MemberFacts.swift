import NetworkTypes

/// What matters about a member for owning addresses.
struct MemberFacts: Equatable, Sendable {
    let id: NodeID
    var name: NodeName
    var standing: Standing
    /// Nil while its state has not been heard: then its claims count, but nothing is given to it.
    var subnets: [CIDR]?
    /// Whether it may hear no one, and claim what is not free.
    var isDoubtful = false

    /// Whether it may keep what it has.
    var mayOwn: Bool { standing.isDisjoint(with: [.draining, .excluded, .leaving]) }

    func serves(_ address: IPAddress) -> Bool {
        subnets?.contains { $0.contains(address) } ?? true
    }
}
