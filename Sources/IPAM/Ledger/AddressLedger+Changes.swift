import NetworkTypes

extension AddressLedger {
    /// Makes the Service hold exactly `addresses`, all of which it may have.
    mutating func settle(_ service: ServiceKey, on addresses: [IPAddress], _ claims: Claims, at now: MonotonicTime) {
        let lease = leases[service] ?? Lease(addresses: [], claims: claims)
        for address in lease.addresses where !addresses.contains(address) {
            give(up: address, by: service, lease.claims, at: now)
        }
        for address in addresses {
            if !lease.addresses.contains(address) {
                take(address, for: service, claims)
            } else if lease.claims != claims {
                replaceClaims(on: address, of: service, lease.claims, by: claims)
            }
        }
        leases[service] = addresses.isEmpty ? nil : Lease(addresses: addresses, claims: claims)
    }

    /// Changes what is known of an address, and the pools with it.
    mutating func change(_ address: IPAddress, _ edit: (inout AddressRecord) -> Void) {
        let (before, after) = Self.edit(&records[address, default: AddressRecord()], edit)
        if after == .free { records[address] = nil }
        layout.move(address, from: before, to: after)
    }

    mutating func endRest(of address: IPAddress) {
        guard let rest = records[address]?.rest else { return }
        deadlines.remove(Deadlines.Entry(time: rest.end, address: address, kind: .rest))
        var others = resting[rest.formerOwner] ?? []
        if let index = others.firstIndex(of: address) { others.remove(at: index) }
        resting[rest.formerOwner] = others.isEmpty ? nil : others
        change(address) { $0.rest = nil }
    }

    mutating func endConflict(over address: IPAddress) {
        guard let conflict = records[address]?.conflict else { return }
        if let end = conflict.end {
            deadlines.remove(Deadlines.Entry(time: end, address: address, kind: .conflict))
        }
        change(address) { $0.conflict = nil }
    }

    private mutating func take(_ address: IPAddress, for service: ServiceKey, _ claims: Claims) {
        // An address that rests or is left out could not be chosen by others, who may now come to share it.
        let wasClosed = standing(of: address) == .quarantined || layout.leavesOut(address)
        if claims.sharing != nil, wasClosed { generation &+= 1 }
        endRest(of: address)
        change(address) { record in
            if record.holding == nil {
                record.holding = Holding(service, claims)
            } else {
                record.holding?.add(service, claims)
            }
        }
        groups.join(address, claims)
    }

    private mutating func give(up address: IPAddress, by service: ServiceKey, _ claims: Claims, at now: MonotonicTime) {
        let quarantine = layout.pool(of: address)?.quarantine ?? .zero
        let rest =
            quarantine > .zero
            ? AddressRecord.Rest(formerOwner: service, end: now.advanced(by: quarantine)) : nil
        var isLast = true
        change(address) { record in
            isLast = record.holding?.remove(service, claims) != true
            guard isLast else { return }
            record.holding = nil
            record.rest = rest
        }
        groups.leave(address, claims, isLast: isLast)
        if isLast, let rest {
            deadlines.insert(Deadlines.Entry(time: rest.end, address: address, kind: .rest))
            resting[service, default: []].append(address)
        } else {
            generation &+= 1
        }
    }

    private mutating func replaceClaims(
        on address: IPAddress, of service: ServiceKey, _ old: Claims, by new: Claims
    ) {
        let isAlone = holders(of: address).count == 1
        groups.leave(address, old, isLast: isAlone)
        change(address) { record in
            if isAlone {
                record.holding = Holding(service, new)
            } else {
                _ = record.holding?.remove(service, old)
                record.holding?.add(service, new)
            }
        }
        groups.join(address, new)
        generation &+= 1
    }

    private static func edit(
        _ record: inout AddressRecord, _ edit: (inout AddressRecord) -> Void
    ) -> (AddressStanding, AddressStanding) {
        let before = record.standing
        edit(&record)
        return (before, record.standing)
    }
}
