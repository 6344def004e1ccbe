import NetworkTypes
import Testing

@testable import IPAM

/// A ledger and its naive twin under the same random life.
private struct Life {
    var random: SeededGenerator
    var ledger = AddressLedger()
    var naive = NaiveLedger()
    var now = MonotonicTime.zero
    /// Set by the first disagreement, after which the two tell nothing more.
    var isBroken = false
    /// The generation at which each Service was last refused and left with nothing.
    var refusedAt: [ServiceKey: UInt64] = [:]
    /// What each Service asks last, whether it got anything or not.
    var requests: [ServiceKey: AddressRequest] = [:]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        configure()
    }

    static let segments = [
        "10.0.0.250-10.0.1.3", "10.0.2.0/29", "10.0.3.7/32", "10.0.4.255-10.0.5.0", "fd00::/125",
        "fd00::10-fd00::14", "fd00:0:0:1::-fd00:0:0:1::3", "169.253.255.254-169.254.0.1",
    ]
    static let services = (0..<12).map { ServiceKey(namespace: $0 < 6 ? "shop" : "web", name: "s\($0)") }

    mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<60: upsert()
        case 60..<75: delete()
        case 75..<82: configure()
        case 82..<87: reserve()
        case 87..<92: conflict()
        case 92..<96: pass(Int64.random(in: 1...40, using: &random))
        default: settleAndRestart()
        }
        check()
    }
}

// MARK: - What happens

extension Life {
    private mutating func upsert() {
        guard let service = Self.services.randomElement(using: &random) else { return }
        let request = requests[service].flatMap { random.chance(30) ? $0 : nil } ?? randomRequest(service)
        requests[service] = request
        allocate(request)
    }

    @discardableResult private mutating func allocate(_ request: AddressRequest) -> AllocationOutcome {
        let before = ledger
        let outcome = ledger.allocate(request, at: now)
        for address in outcome.held where !before.addresses(of: request.service).contains(address) {
            checkLegal(address, request, before: before)
        }
        let expected = naive.allocate(request, now)
        #expect(outcome.held == expected.held, "\(request)")
        #expect((outcome.refusal != nil) == expected.refused, "\(request)")
        refusedAt[request.service] = outcome.refusal != nil && outcome.held.isEmpty ? ledger.generation : nil
        isBroken = outcome.held != expected.held || (outcome.refusal != nil) != expected.refused
        #expect(ledger.addresses(of: request.service) == outcome.held)
        let generation = ledger.generation
        let again = ledger.allocate(request, at: now)
        #expect(again.held == outcome.held)
        #expect(ledger.generation == generation)
        return outcome
    }

    private func checkLegal(_ address: IPAddress, _ request: AddressRequest, before: AddressLedger) {
        let pool = before.pool(of: address)
        #expect(pool?.exclusion(of: request) == nil && pool != nil)
        #expect(pool?.autoAssign == true || request.pool == pool?.name || request.addresses.contains(address))
        #expect(!naive.reserved.contains(address))
        let conflict = naive.conflicts[address]
        #expect(conflict == nil || conflict?.end.map { $0 <= now } == true)
        if let rest = naive.rests[address], rest.end > now { #expect(rest.owner == request.service) }
    }

    private mutating func delete() {
        guard let service = Self.services.randomElement(using: &random) else { return }
        requests[service] = nil
        ledger.release(service, at: now)
        naive.release(service, now)
    }

    private mutating func configure() {
        var pools = ["p", "q", "r"].prefix(Int.random(in: 0...3, using: &random)).map { randomPool(named: $0) }
        for segment in Self.segments where !pools.isEmpty && random.chance(75) {
            pools[Int.random(in: 0..<pools.count, using: &random)].ranges += Pool("", segment).ranges
        }
        _ = ledger.configure(pools: pools)
        naive.pools = pools
    }

    private mutating func reserve() {
        let addresses = (0..<Int.random(in: 0...3, using: &random)).map { _ in randomAddress() }
        let holders = ledger.reserve(Set(addresses))
        naive.reserved = Set(addresses)
        #expect(holders == Set(addresses.flatMap(naive.holders)))
    }

    private mutating func conflict() {
        let address = randomAddress()
        if random.chance(30) {
            ledger.clearConflict(address)
            naive.conflicts[address] = nil
        } else {
            let end = random.chance(50) ? nil : now.advanced(by: .seconds(Int64.random(in: -1...30, using: &random)))
            #expect(ledger.quarantineConflict(address, until: end) == naive.holders(address))
            naive.conflicts[address] = NaiveLedger.Conflict(end: end)
        }
    }

    private mutating func pass(_ seconds: Int64) {
        now = now.advanced(by: .seconds(seconds))
        ledger.advance(to: now)
        naive.advance(now)
        #expect(ledger.nextQuarantineEnd.map { $0 > now } ?? true)
    }

    /// Lets everything come to rest, and then begins anew from what is on record.
    private mutating func settleAndRestart() {
        var rounds = 0
        var isSettled = false
        while !isSettled, !isBroken, rounds < 50 {
            pass(1000)
            rounds += 1
            isSettled = true
            for service in requests.keys.sorted() {
                guard let request = requests[service] else { continue }
                let former = Set(ledger.addresses(of: service))
                let outcome = allocate(request)
                if Set(outcome.held) != former { isSettled = false }
            }
        }
        #expect(isSettled)
        if isSettled { restart() }
    }

    private mutating func restart() {
        let former = ledger
        let services = requests.keys.sorted()
        ledger = AddressLedger()
        _ = ledger.configure(pools: former.pools)
        _ = ledger.reserve(naive.reserved)
        for (address, conflict) in naive.conflicts { _ = ledger.quarantineConflict(address, until: conflict.end) }
        for request in services.shuffled(using: &random).compactMap({ requests[$0] }) {
            let record = former.addresses(of: request.service)
            let outcome = ledger.adopt(record, for: request, at: now)
            #expect(outcome.refused.isEmpty)
            #expect(ledger.addresses(of: request.service) == record)
        }
        for request in services.shuffled(using: &random).compactMap({ requests[$0] }) {
            let outcome = allocate(request)
            #expect(outcome.held == former.addresses(of: request.service), "a restart changes nothing")
        }
    }
}

// MARK: - What must always hold

extension Life {
    private func check() {
        for service in ledger.services {
            let addresses = ledger.addresses(of: service)
            #expect(Set(addresses.map(\.family)).count == addresses.count)
            for address in addresses { #expect(ledger.holders(of: address).contains(service)) }
        }
        for address in Set(naive.held.values.joined()) {
            let holders = ledger.holders(of: address)
            #expect(holders == naive.holders(address))
            for (index, left) in holders.enumerated() {
                for right in holders[(index + 1)...] {
                    #expect(
                        naive.claims[left].flatMap { one in naive.claims[right].map { naive.mayShare(one, $0) } }
                            == true)
                }
            }
        }
        #expect(ledger.usage == expectedUsage())
        for (service, generation) in refusedAt where generation == ledger.generation {
            guard let request = requests[service] else { continue }
            var copy = ledger
            #expect(copy.allocate(request, at: now).held.isEmpty, "refused still, as the generation says")
        }
    }

    private func expectedUsage() -> [PoolUsage] {
        let used = Set(naive.held.values.joined())
        return naive.pools.flatMap { pool in
            AddressFamily.allCases.compactMap { family in
                let all = naive.addresses(pool, family)
                if all.isEmpty { return nil }
                let standings = all.map { expectedStanding($0, used) }
                func count(_ standing: AddressStanding) -> Int { standings.count { $0 == standing } }
                let free = naive.members(pool, family).filter { expectedStanding($0, used) == .free }
                return PoolUsage(
                    pool: pool.name, family: family, size: UInt128(all.count), free: UInt128(free.count),
                    used: count(.used), quarantined: count(.quarantined), conflicted: count(.conflicted),
                    reserved: count(.reserved))
            }
        }
    }

    private func expectedStanding(_ address: IPAddress, _ used: Set<IPAddress>) -> AddressStanding {
        if used.contains(address) { return .used }
        if naive.reserved.contains(address) { return .reserved }
        if naive.conflicts[address] != nil { return .conflicted }
        return naive.rests[address] == nil ? .free : .quarantined
    }
}

// MARK: - Random values

extension Life {
    private mutating func randomPool(named name: String) -> Pool {
        Pool(name) {
            $0.autoAssign = !random.chance(20)
            $0.order = Pool.Order.allCases.randomElement(using: &random) ?? .ascending
            $0.skipEdgeAddresses = random.chance(50)
            $0.priority = Int.random(in: 0...1, using: &random)
            if random.chance(15) { $0.namespaces = ["shop"] }
            if random.chance(10) { $0.namespaceSelector = LabelSelector(matchLabels: ["team": "a"]) }
            if random.chance(15) { $0.serviceSelector = LabelSelector(matchLabels: ["edge": "true"]) }
            $0.onRemoval = random.chance(50) ? .keep : .reassign
            $0.quarantine = .seconds([0, 0, 10, 60].randomElement(using: &random) ?? 0)
        }
    }

    private mutating func randomRequest(_ service: ServiceKey) -> AddressRequest {
        AddressRequest(service) {
            $0.labels = random.chance(50) ? ["edge": "true"] : [:]
            $0.namespaceLabels = random.chance(50) ? ["team": "a"] : [:]
            $0.families = randomFamilies()
            if random.chance(20) { $0.pool = ["p", "q", "r", "nope"].randomElement(using: &random) }
            if random.chance(25) { $0.addresses = [randomAddress()] }
            if random.chance(5) { $0.addresses.append(randomAddress()) }
            if random.chance(60) {
                $0.sharing = .init(key: random.chance(80) ? "k" : "l", placement: random.chance(80) ? "x" : "y")
            }
            $0.ports = Set([80, 443, 53, 22].filter { _ in random.chance(30) }.map { PortClaim(.tcp, $0) })
        }
    }

    private mutating func randomFamilies() -> AddressRequest.Families {
        let lists: [[AddressFamily]] = [[.ipv4], [.ipv6], [.ipv4, .ipv6], [.ipv6, .ipv4]]
        let list = lists.randomElement(using: &random) ?? []
        return [.any, .all(list), .atLeastOne(list)].randomElement(using: &random) ?? .any
    }

    private mutating func randomAddress() -> IPAddress {
        if random.chance(5) { return ["10.9.9.9", "224.0.0.1", "fe80::1"].randomElement(using: &random) ?? "10.9.9.9" }
        let range = Pool("", Self.segments.randomElement(using: &random) ?? "").ranges.first
        let last = (range?.count ?? 1) - 1
        return range?.first.advanced(by: UInt128.random(in: 0...last, using: &random)) ?? "10.9.9.9"
    }
}

@Suite struct LedgerPropertyTests {
    @Test("no life breaks a rule, and all agree with the naive ledger", arguments: 0..<200 as Range<UInt64>)
    func randomLife(seed: UInt64) {
        var life = Life(seed: seed)
        for _ in 0..<80 where !life.isBroken { life.step() }
    }
}
