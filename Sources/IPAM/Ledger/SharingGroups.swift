import NetworkTypes

/// The addresses whose holders share by each key, to find one with room for another Service.
struct SharingGroups: Sendable {
    private struct Name: Hashable {
        let sharing: AddressRequest.Sharing
        let family: AddressFamily
    }

    private struct Group {
        /// Ascending.
        var addresses: [IPAddress] = []
        /// On how many of the addresses each port is in use.
        var uses: [PortClaim: Int] = [:]

        mutating func join(_ address: IPAddress, _ ports: Set<PortClaim>) {
            let index = addresses.indices.partitioningIndex { addresses[$0] >= address }
            if index == addresses.count || addresses[index] != address { addresses.insert(address, at: index) }
            for port in ports { uses[port, default: 0] += 1 }
        }

        mutating func leave(_ address: IPAddress, _ ports: Set<PortClaim>, isLast: Bool) {
            for port in ports {
                let left = (uses[port] ?? 0) - 1
                uses[port] = left > 0 ? left : nil
            }
            let index = addresses.indices.partitioningIndex { addresses[$0] >= address }
            if isLast, index < addresses.count, addresses[index] == address { addresses.remove(at: index) }
        }
    }

    private var groups: [Name: Group] = [:]

    /// The addresses of the group, ascending; none when some port is in use on every one of them, which spares the
    /// search that many Services with the same key and port would make in vain.
    func candidates(_ family: AddressFamily, for claims: Claims) -> [IPAddress] {
        guard let sharing = claims.sharing, let group = groups[Name(sharing: sharing, family: family)] else {
            return []
        }
        return claims.ports.contains { group.uses[$0] == group.addresses.count } ? [] : group.addresses
    }

    mutating func join(_ address: IPAddress, _ claims: Claims) {
        guard let sharing = claims.sharing else { return }
        groups[Name(sharing: sharing, family: address.family), default: Group()].join(address, claims.ports)
    }

    /// `isLast` when no other Service holds the address.
    mutating func leave(_ address: IPAddress, _ claims: Claims, isLast: Bool) {
        guard let sharing = claims.sharing else { return }
        let name = Name(sharing: sharing, family: address.family)
        groups[name, default: Group()].leave(address, claims.ports, isLast: isLast)
        if groups[name]?.addresses.isEmpty ?? true { groups[name] = nil }
    }
}
