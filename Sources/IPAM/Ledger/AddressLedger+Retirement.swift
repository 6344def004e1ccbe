public import NetworkTypes

extension AddressLedger {
    /// Says which addresses the record of a Service may still name though the Service does not hold them, in place of
    /// what was said of it before.
    ///
    /// After a restart it would be given them again. Until then no other Service is given one that it could not share
    /// with it; who holds one already keeps it. An address that no record names any more is free, or rests as its pool
    /// says from then on.
    public mutating func retire(_ addresses: Set<IPAddress>, of request: AddressRequest, at now: MonotonicTime) {
        let service = request.service
        let former = retired[service] ?? []
        retired[service] = addresses.isEmpty ? nil : addresses
        for address in former.subtracting(addresses).sorted() { endRetirement(of: address, from: service, at: now) }
        for address in addresses {
            let known = records[address]?.retirees[service]
            guard known != request.claims else { continue }
            change(address) { $0.retirees[service] = request.claims }
            if known != nil { generation &+= 1 }
        }
    }

    /// The Services that hold the address, and those whose records may name it though they do not hold it; in no order.
    public func claimants(of address: IPAddress) -> [ServiceKey] {
        guard let record = records[address] else { return [] }
        return (record.holding?.holders ?? []) + record.retirees.keys
    }

    /// The Service whose record may name the address and with which the asking one could not share it.
    func retiree(of address: IPAddress, keepingOut service: ServiceKey, _ claims: Claims) -> ServiceKey? {
        records[address]?.retirees.filter { $0.key != service && !$0.value.allow(claims) }.keys.min()
    }

    private mutating func endRetirement(of address: IPAddress, from service: ServiceKey, at now: MonotonicTime) {
        guard records[address]?.retirees[service] != nil else { return }
        change(address) { $0.retirees[service] = nil }
        generation &+= 1
        let quarantine = layout.pool(of: address)?.quarantine ?? .zero
        let record = records[address] ?? AddressRecord()
        guard quarantine > .zero, record.holding == nil, record.retirees.isEmpty else { return }
        endRest(of: address)
        rest(address, after: service, until: now.advanced(by: quarantine))
    }
}
