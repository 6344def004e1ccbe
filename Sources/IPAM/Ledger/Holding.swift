/// The Services on one address. Several only with equal `sharing` and disjoint ports.
struct Holding: Sendable {
    /// Ascending, never empty.
    private(set) var holders: [ServiceKey]
    private(set) var sharing: AddressRequest.Sharing?
    /// Whose each port is; empty without `sharing`, as then the only holder has them all.
    private var ports: [PortClaim: ServiceKey] = [:]

    init(_ service: ServiceKey, _ claims: Claims) {
        holders = [service]
        sharing = claims.sharing
        claim(claims, for: service)
    }

    /// With whom the Service may not share the address, and by which rule; nil when it may, or holds it alone.
    func clash(with claims: Claims, of service: ServiceKey) -> (holder: ServiceKey, rule: Refusal.SharingRule)? {
        guard let other = holders.first(where: { $0 != service }) else { return nil }
        guard let asked = claims.sharing else { return (other, .asksWithoutKey) }
        guard let sharing else { return (other, .heldWithoutKey) }
        guard sharing.key == asked.key else { return (other, .otherKey(sharing.key)) }
        guard sharing.placement == asked.placement else { return (other, .otherPlacement) }
        let common = claims.ports.filter { ports[$0].map { $0 != service } ?? false }
        guard let port = common.min(), let holder = ports[port] else { return nil }
        return (holder, .samePort(port))
    }

    mutating func add(_ service: ServiceKey, _ claims: Claims) {
        holders.insertSorted(service)
        sharing = claims.sharing
        claim(claims, for: service)
    }

    /// Whether others hold the address still; when not, the holding is to be discarded.
    mutating func remove(_ service: ServiceKey, _ claims: Claims) -> Bool {
        for port in claims.ports where ports[port] == service { ports[port] = nil }
        holders.removeSorted(service)
        return !holders.isEmpty
    }

    private mutating func claim(_ claims: Claims, for service: ServiceKey) {
        guard claims.sharing != nil else { return }
        for port in claims.ports { ports[port] = service }
    }
}
