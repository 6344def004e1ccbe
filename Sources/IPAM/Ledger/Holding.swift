/// The Services on one address. Several only with equal `sharing` and disjoint ports.
struct Holding: Sendable {
    /// Of Services that share.
    private struct Shared: Sendable {
        let sharing: AddressRequest.Sharing
        /// Ascending, never empty.
        var holders: [ServiceKey] = []
        /// Whose each port is.
        var ports: [PortClaim: ServiceKey] = [:]
    }

    private enum Form: Sendable {
        case alone(ServiceKey)
        /// Kept elsewhere, for few addresses are shared.
        indirect case shared(Shared)
    }

    private var form: Form

    init(_ service: ServiceKey, _ claims: Claims) {
        form = .alone(service)
        add(service, claims)
    }

    /// Ascending, never empty.
    var holders: [ServiceKey] {
        switch form {
        case .alone(let holder): [holder]
        case .shared(let shared): shared.holders
        }
    }

    /// With whom the Service may not share the address, and by which rule; nil when it may, or holds it alone.
    func clash(with claims: Claims, of service: ServiceKey) -> (holder: ServiceKey, rule: Refusal.SharingRule)? {
        guard let other = holders.first(where: { $0 != service }) else { return nil }
        guard let asked = claims.sharing else { return (other, .asksWithoutKey) }
        guard case .shared(let shared) = form else { return (other, .heldWithoutKey) }
        guard shared.sharing.key == asked.key else { return (other, .otherKey(shared.sharing.key)) }
        guard shared.sharing.placement == asked.placement else { return (other, .otherPlacement) }
        let common = claims.ports.filter { shared.ports[$0].map { $0 != service } ?? false }
        guard let port = common.min(), let holder = shared.ports[port] else { return nil }
        return (holder, .samePort(port))
    }

    /// A Service that holds it already, or may share it.
    mutating func add(_ service: ServiceKey, _ claims: Claims) {
        guard case .sharing(let sharing, let ports) = claims else {
            form = .alone(service)
            return
        }
        var shared = Shared(sharing: sharing)
        if case .shared(let former) = form { (shared.holders, shared.ports) = (former.holders, former.ports) }
        shared.holders.insertSorted(service)
        for port in ports { shared.ports[port] = service }
        form = .shared(shared)
    }

    /// Whether others hold the address still; when not, the holding is to be discarded.
    mutating func remove(_ service: ServiceKey, _ claims: Claims) -> Bool {
        guard case .shared(var shared) = form else { return holders != [service] }
        for port in claims.ports where shared.ports[port] == service { shared.ports[port] = nil }
        shared.holders.removeSorted(service)
        form = .shared(shared)
        return !shared.holders.isEmpty
    }
}
