import NetworkTypes

/// The addresses whose holders share by each key, to find one with room for another Service.
struct SharingGroups: Sendable {
    private struct Name: Hashable {
        let sharing: AddressRequest.Sharing
        let family: AddressFamily
    }

    private var groups: [Name: SharingGroup] = [:]

    /// The lowest address of the group on which none of the ports is in use and that `isOpen`.
    func lowest(_ family: AddressFamily, for claims: Claims, where isOpen: (IPAddress) -> Bool) -> IPAddress? {
        guard let sharing = claims.sharing else { return nil }
        return groups[Name(sharing: sharing, family: family)]?.lowest(without: claims.ports, where: isOpen)
    }

    mutating func join(_ address: IPAddress, _ claims: Claims) {
        guard let sharing = claims.sharing else { return }
        groups[Name(sharing: sharing, family: address.family), default: SharingGroup()].join(address, claims.ports)
    }

    /// `isLast` when no other Service holds the address.
    mutating func leave(_ address: IPAddress, _ claims: Claims, isLast: Bool) {
        guard let sharing = claims.sharing else { return }
        let name = Name(sharing: sharing, family: address.family)
        groups[name, default: SharingGroup()].leave(address, claims.ports, isLast: isLast)
        if groups[name]?.isEmpty ?? true { groups[name] = nil }
    }
}

/// The addresses of one key and family, and the ports in use on them.
private struct SharingGroup: Sendable {
    /// Ascending.
    private var addresses: [IPAddress] = []
    /// Where each port is in use; ascending.
    private var users: [PortClaim: [IPAddress]] = [:]

    var isEmpty: Bool { addresses.isEmpty }

    /// One walk along the addresses and the users of each port; none at all when a port is in use everywhere, as when
    /// many Services have the same key and port.
    func lowest(without ports: Set<PortClaim>, where isOpen: (IPAddress) -> Bool) -> IPAddress? {
        let busy = ports.compactMap { users[$0] }
        if busy.contains(where: { $0.count == addresses.count }) { return nil }
        var next = busy.map { _ in 0 }
        for address in addresses {
            var isBusy = false
            for index in busy.indices where next[index] < busy[index].count && busy[index][next[index]] == address {
                next[index] += 1
                isBusy = true
            }
            if !isBusy, isOpen(address) { return address }
        }
        return nil
    }

    mutating func join(_ address: IPAddress, _ ports: Set<PortClaim>) {
        addresses.insertSorted(address)
        for port in ports { users[port, default: []].insertSorted(address) }
    }

    mutating func leave(_ address: IPAddress, _ ports: Set<PortClaim>, isLast: Bool) {
        if isLast { addresses.removeSorted(address) }
        for port in ports {
            users[port]?.removeSorted(address)
            if users[port]?.isEmpty ?? true { users[port] = nil }
        }
    }
}
