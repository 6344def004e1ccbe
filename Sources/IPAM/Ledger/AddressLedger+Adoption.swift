public import NetworkTypes

extension AddressLedger {
    /// Takes up what the Service has on record, before anything new is allocated.
    ///
    /// Of two Services that may not share an address the first to come has it, so call in an order that does not
    /// change, such as by creation. Whether an address is in a pool does not matter: a pool edit never moves it. A second
    /// address of one family is refused.
    public mutating func adopt(
        _ addresses: [IPAddress], for request: AddressRequest, at now: MonotonicTime
    ) -> AdoptionOutcome {
        var refused: [AdoptionOutcome.Refused] = []
        let service = request.service
        let claims = leases[service]?.claims ?? request.claims
        for address in addresses {
            let held = self.addresses(of: service)
            if held.contains(address) { continue }
            if let refusal = refusal(ofAdopting: address, beside: held, for: service, claims) {
                refused.append(AdoptionOutcome.Refused(address: address, refusal: refusal))
            } else {
                settle(service, on: held + [address], claims, at: now)
            }
        }
        return AdoptionOutcome(refused: refused)
    }

    /// Has the Service hold exactly what is on its record, as far as that can be: for those who follow the records
    /// that another writes. What it holds rightly is not let go of in between.
    public mutating func follow(
        _ addresses: [IPAddress], for request: AddressRequest, at now: MonotonicTime
    ) -> AdoptionOutcome {
        let kept = self.addresses(of: request.service).filter {
            addresses.contains($0) && obstacle(to: $0, for: request.service, request.claims) == nil
        }
        settle(request.service, on: kept, request.claims, at: now)
        return adopt(addresses, for: request, at: now)
    }

    private func refusal(
        ofAdopting address: IPAddress, beside held: [IPAddress], for service: ServiceKey, _ claims: Claims
    ) -> Refusal? {
        guard address.isAssignable else { return .notAssignable(address) }
        if let other = held.first(where: { $0.family == address.family }) { return .twoOfOneFamily(other, address) }
        return obstacle(to: address, for: service, claims)
    }

    /// Why the Service may not be on the address, whether it holds it or not; pools and rests do not matter.
    func obstacle(to address: IPAddress, for service: ServiceKey, _ claims: Claims) -> Refusal? {
        // Out of every pool it was never given by us.
        if let range = layout.clusterRange(of: address), layout.pool(of: address) == nil {
            return .clusterRange(address, range)
        }
        guard let record = records[address] else { return nil }
        if record.isReserved { return .reserved(address) }
        if record.isClusterIP { return .clusterIP(address) }
        if record.conflict != nil { return .conflicted(address) }
        return record.holding?.clash(with: claims, of: service).map { .held(address, by: $0.holder, $0.rule) }
    }
}
