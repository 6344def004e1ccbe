import NetworkTypes

@testable import IPAM

/// The rules of allocation once more, by linear scans over small pools, to compare the ledger with.
struct NaiveLedger {
    struct Conflict { var end: MonotonicTime? }

    var pools: [Pool] = []
    var held: [ServiceKey: [IPAddress]] = [:]
    var claims: [ServiceKey: AddressRequest] = [:]
    var reserved: Set<IPAddress> = []
    var conflicts: [IPAddress: Conflict] = [:]
    var rests: [IPAddress: (owner: ServiceKey, end: MonotonicTime)] = [:]

    var tried: [Pool] {
        pools.enumerated().sorted { ($1.element.priority, $0.offset) < ($0.element.priority, $1.offset) }.map(\.element)
    }

    func home(_ address: IPAddress) -> Pool? {
        tried.first { pool in address.isAssignable && pool.ranges.contains { $0.contains(address) } }
    }

    func holders(_ address: IPAddress) -> [ServiceKey] {
        held.compactMap { $0.value.contains(address) ? $0.key : nil }.sorted()
    }

    mutating func advance(_ now: MonotonicTime) {
        rests = rests.filter { $0.value.end > now }
        conflicts = conflicts.filter { $0.value.end.map { $0 > now } ?? true }
    }

    func mayShare(_ left: AddressRequest, _ right: AddressRequest) -> Bool {
        guard let one = left.sharing, let other = right.sharing else { return false }
        return one == other && left.ports.isDisjoint(with: right.ports)
    }

    func fits(_ address: IPAddress, _ request: AddressRequest) -> Bool {
        !reserved.contains(address) && conflicts[address] == nil
            && holders(address).allSatisfy {
                $0 == request.service || claims[$0].map { mayShare($0, request) } ?? false
            }
    }

    func outOfPool(_ address: IPAddress, _ request: AddressRequest) -> Bool {
        home(address).map { $0.exclusion(of: request) != nil } ?? true
    }

    mutating func put(_ request: AddressRequest, on addresses: [IPAddress], _ now: MonotonicTime) {
        let service = request.service
        for address in held[service] ?? [] where !addresses.contains(address) {
            let quarantine = home(address)?.quarantine ?? .zero
            if holders(address) == [service], quarantine > .zero {
                rests[address] = (service, now.advanced(by: quarantine))
            }
        }
        for address in addresses where held[service]?.contains(address) != true { rests[address] = nil }
        held[service] = addresses.isEmpty ? nil : addresses
        claims[service] = addresses.isEmpty ? nil : request
    }

    mutating func release(_ service: ServiceKey, _ now: MonotonicTime) {
        advance(now)
        put(AddressRequest(service: service), on: [], now)
    }

    /// What the Service then holds, and whether it was refused.
    mutating func allocate(_ request: AddressRequest, _ now: MonotonicTime) -> (held: [IPAddress], refused: Bool) {
        advance(now)
        let mine = (held[request.service] ?? []).filter { fits($0, request) }
        let result = decide(request, mine)
        put(request, on: result.held, now)
        return result
    }

    private func decide(_ request: AddressRequest, _ mine: [IPAddress]) -> (held: [IPAddress], refused: Bool) {
        if let name = request.pool, !pools.contains(where: { $0.name == name }) { return (mine, true) }
        let asked = Set(request.addresses)
        if asked.contains(where: { !$0.isAssignable }) || Set(asked.map(\.family)).count < asked.count {
            return (mine, true)
        }
        switch request.families {
        case .any where asked.isEmpty:
            let old = mine.first { !outOfPool($0, request) && keeps($0, request) } ?? mine.first
            if let old, keeps(old, request) { return (replacement(old, request), false) }
            let others = AddressFamily.allCases.filter { $0 != old?.family }
            let order = (old.map { [$0.family] } ?? []) + others
            let found = order.compactMap { choose($0, request, pools: candidates(request)) }.first
            return ([found ?? old].compactMap { $0 }, found == nil)
        case .any:
            return decide(asked.map(\.family).sorted(), request, mine, optional: false)
        case .all(let families):
            if asked.contains(where: { !families.contains($0.family) }) { return (mine, true) }
            return decide(families, request, mine, optional: false)
        case .atLeastOne(let families):
            if asked.contains(where: { !families.contains($0.family) }) { return (mine, true) }
            return decide(families, request, mine, optional: true)
        }
    }

    private func decide(
        _ families: [AddressFamily], _ request: AddressRequest, _ mine: [IPAddress], optional: Bool
    ) -> (held: [IPAddress], refused: Bool) {
        var result: [IPAddress] = []
        var failures = 0
        var explicitFailed = false
        for family in families {
            let old = mine.first { $0.family == family }
            var new: IPAddress?
            if let wanted = request.addresses.first(where: { $0.family == family }) {
                new = wanted == old || canHave(wanted, request) ? wanted : nil
                if new == nil { explicitFailed = true }
            } else if let old, keeps(old, request) {
                new = replacement(old, request).first { $0.family == family } ?? old
            } else {
                new = choose(family, request, pools: candidates(request))
            }
            if new == nil { failures += 1 }
            if let address = new ?? old { result.append(address) }
        }
        if failures == 0 { return (result, false) }
        if optional, failures < families.count, !explicitFailed { return (result, false) }
        return (families.compactMap { family in mine.first { $0.family == family } }, true)
    }

    private func canHave(_ address: IPAddress, _ request: AddressRequest) -> Bool {
        guard let pool = home(address), request.pool == nil || request.pool == pool.name else { return false }
        if let rest = rests[address], rest.owner != request.service { return false }
        return pool.exclusion(of: request) == nil && fits(address, request)
    }

    private func keeps(_ address: IPAddress, _ request: AddressRequest) -> Bool {
        guard let name = request.pool, let home = home(address) else { return true }
        return home.name == name
    }

    private func replacement(_ old: IPAddress, _ request: AddressRequest) -> [IPAddress] {
        guard outOfPool(old, request) else { return [old] }
        let taking = candidates(request).filter { $0.onRemoval == .reassign }
        let families: [AddressFamily] =
            if case .any = request.families { [old.family] + AddressFamily.allCases.filter { $0 != old.family } } else {
                [old.family]
            }
        return [families.compactMap { choose($0, request, pools: taking) }.first ?? old]
    }

    private func candidates(_ request: AddressRequest) -> [Pool] {
        tried.filter { pool in
            pool.exclusion(of: request) == nil
                && (request.pool.map { $0 == pool.name } ?? pool.autoAssign)
        }
    }

    private func choose(_ family: AddressFamily, _ request: AddressRequest, pools: [Pool]) -> IPAddress? {
        if request.sharing != nil {
            let shared = Set(held.values.joined()).filter { address in
                address.family == family && fits(address, request)
                    && holders(address).contains { claims[$0]?.sharing == request.sharing }
                    && pools.contains { $0.name == home(address)?.name }
            }
            if let lowest = shared.min() { return lowest }
        }
        for pool in pools {
            let all = members(pool, family)
            let free = all.filter { holders($0).isEmpty && fits($0, request) }
            let resting = free.filter { rests[$0]?.owner == request.service } + own(request, pool, family)
            if let lowest = resting.min() { return lowest }
            let usable = free.filter { rests[$0] == nil }
            let start = all.isEmpty ? 0 : Int(request.service.place(through: UInt128(all.count - 1)))
            let next: IPAddress? =
                switch pool.order {
                case .ascending: usable.first
                case .descending: usable.last
                case .hashed: (all[start...] + all[..<start]).first { usable.contains($0) }
                }
            if let next { return next }
        }
        return nil
    }

    /// Left-out addresses that the Service once asked for and that rest.
    private func own(_ request: AddressRequest, _ pool: Pool, _ family: AddressFamily) -> [IPAddress] {
        rests.filter { address, rest in
            rest.owner == request.service && address.family == family && home(address)?.name == pool.name
                && fits(address, request)
        }.map(\.key)
    }

    /// All addresses of the pool that automatic choice may take, ascending.
    func members(_ pool: Pool, _ family: AddressFamily) -> [IPAddress] {
        addresses(pool, family).filter { address in
            guard pool.skipEdgeAddresses else { return true }
            if family == .ipv4 { return ![0, 255].contains(address.octets[3]) }
            let isRouter = pool.ranges.contains { range in
                let mask = range.count - 1
                let isPrefix = range.count & mask == 0 && range.first.number & mask == 0
                return isPrefix && range.count >= 4 && range.first == address
            }
            return !isRouter && address.octets[8...].contains { $0 != 0 }
        }
    }

    func addresses(_ pool: Pool, _ family: AddressFamily) -> [IPAddress] {
        pool.ranges.filter { $0.family == family }.sorted().flatMap { range in
            (0..<range.count).compactMap { range.first.advanced(by: $0) }.filter { $0.isAssignable }
        }
    }
}
