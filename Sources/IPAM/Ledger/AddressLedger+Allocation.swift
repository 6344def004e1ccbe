public import NetworkTypes

extension AddressLedger {
    /// Brings the Service as near to what it asks as can be, and says what it now holds.
    ///
    /// - What it holds and may keep stays, also when a request for a pool or address is dropped. It loses an address only
    ///   when the request names another one that can be had or leaves out its family, when the address is reserved or in
    ///   conflict, when it may no longer share it, or when it is out of its pool and a pool reassigns.
    /// - Refused, it keeps what it holds of the families it asks, and takes nothing new.
    /// - A sharing Service goes to the lowest address of its key with room for its ports. Otherwise the pools are tried in
    ///   order: in each, the lowest address that rests since this Service released it, then the next free one.
    public mutating func allocate(_ request: AddressRequest, at now: MonotonicTime) -> AllocationOutcome {
        advance(to: now)
        var held: [IPAddress] = []
        var lost: [AllocationOutcome.Note] = []
        for address in addresses(of: request.service) {
            if let refusal = obstacle(to: address, for: request.service, request.claims) {
                lost.append(.lost(address, refusal))
            } else {
                held.append(address)
            }
        }
        let decision = decide(request, holding: held)
        settle(request.service, on: decision.addresses, request.claims, at: now)
        let outOfPool = decision.addresses.filter { isOutOfPool($0, for: request) }
        return AllocationOutcome(
            held: decision.addresses, refusal: decision.refusal,
            notes: lost + outOfPool.map { .outOfPool($0) } + decision.missing)
    }
}
