import ClusterLab
import Lab
import NetworkTypes

/// What may have changed from one calm to the next, and what must not.
struct History {
    /// How long a process that died or froze may leave its addresses with the kernel: their lifetime and some seconds.
    static let grace = Duration.seconds(15)

    let before: Agreement
    let after: Agreement
    /// Services that something was done to in between.
    let touched: Set<String>

    /// Services that lost or changed an address though nobody asked for it.
    func changedAssignments() -> [Agreement.Disagreement] {
        let known = Dictionary(before.services.map { ($0.uid, $0) }) { first, _ in first }
        return after.services.compactMap { service in
            guard let former = known[service.uid], former.isOurs, service.isOurs, !former.assigned.isEmpty,
                !Set(former.assigned).isSubset(of: service.assigned), !isExcused(former),
                !hasMoreOfItsRequest(service, than: former)
            else { return nil }
            return .init(
                subject: service.name,
                text: "had \(former.assigned) and has \(service.assigned), and nobody changed what it asks")
        }
    }

    /// Whether a request that could not be met before, since the address was in no pool or another's, is met now.
    private func hasMoreOfItsRequest(_ service: ServiceFacts, than former: ServiceFacts) -> Bool {
        let asked = [service.requested, service.loadBalancerIP].compactMap { $0 }
            .flatMap { $0.split(separator: ",") }.compactMap { IPAddress(String($0)) }
        let isMet = asked.contains { service.assigned.contains($0) && !former.assigned.contains($0) }
        guard let pool = service.pool else { return isMet }
        func isIn(_ facts: ServiceFacts, _ layout: Layout) -> Bool {
            facts.assigned.allSatisfy { layout.pool(of: $0)?.name == pool }
        }
        return isMet || isIn(service, after.layout) && !isIn(former, before.layout)
    }

    private func isExcused(_ service: ServiceFacts) -> Bool {
        if touched.contains(service.name) { return true }
        return service.assigned.contains { address in
            // Who shared the address may have changed; the older of two that may share no more keeps it.
            let others = before.holders[address, default: []] + after.holders[address, default: []]
            if others.contains(where: { $0.name != service.name && touched.contains($0.name) }) { return true }
            guard let pool = before.layout.pool(of: address) else { return true }
            return pool.reassigns && after.layout.pool(of: address) == nil
        }
    }

    /// Addresses about which nothing changed.
    var steady: Set<IPAddress> {
        Set(
            before.wanted.keys.filter { address in
                let names = before.holders[address, default: []].map(\.uid).sorted()
                let all = before.holders[address, default: []] + after.holders[address, default: []]
                return after.wanted[address] == before.wanted[address]
                    && names == after.holders[address, default: []].map(\.uid).sorted()
                    && !all.contains { touched.contains($0.name) }
            })
    }

    /// Addresses that went from one station to another though neither's node had a fault, or that two stations claimed
    /// for longer than a fault explains.
    func unexcusedMoves(
        _ claims: [ClaimsWatch.Change], _ heralds: [HeraldNode], _ faults: Faults, since start: MonotonicTime
    ) -> [Agreement.Disagreement] {
        let names = Dictionary(heralds.map { ($0.node.mac, $0.name) }) { first, _ in first }
        let steady = steady
        var last: [IPAddress: MACAddress] = [:]
        var found: [Agreement.Disagreement] = []
        for claim in claims where steady.contains(claim.address) {
            let former = last.updateValue(claim.station, forKey: claim.address)
            guard let former, former != claim.station else { continue }
            let isExcused = [former, claim.station].contains { station in
                names[station].map { faults.excuses($0, at: claim.time, grace: Self.grace) } ?? false
            }
            guard !isExcused else { continue }
            let (from, to) = (names[former] ?? "\(former)", names[claim.station] ?? "\(claim.station)")
            let time = Journal.seconds(start.duration(to: claim.time))
            found.append(
                .init(
                    subject: after.holderName(claim.address),
                    text: "\(claim.address) went from \(from) to \(to) at \(time) without a cause"))
        }
        return found
    }
}
