import HashTreeCollections
import IPAM
import NetworkTypes

extension Planner {
    /// Brings the desired announcements up to date for the addresses that were touched.
    mutating func refreshAnnouncements() {
        for address in dirtyAddresses {
            let new = wanted(for: address)
            unreported.formUnion(ledger.holders(of: address))
            guard wanted[address] != new else { continue }
            if let old = wanted[address] { announcements[old.mode]?.remove(old.announcement) }
            if let new { announcements[new.mode, default: []].insert(new.announcement) }
            wanted[address] = new
        }
        dirtyAddresses = []
    }

    /// Nil when the address must not be announced: nobody's record names it, nothing could serve it, or the pool's mode
    /// announces nothing.
    private func wanted(for address: IPAddress) -> Wanted? {
        let holders = ledger.holders(of: address).compactMap { services[$0] }.filter { $0.recorded.contains(address) }
        let reach = holders.compactMap { candidates(for: $0.service) }
        guard let first = reach.first else { return nil }
        let pool = ledger.pool(of: address)?.name
        let mode = self.mode(ofPool: pool)
        guard mode != .none else { return nil }
        let union = reach.dropFirst().reduce(first, Self.union)
        return Wanted(mode: mode, announcement: Announcement(address: address, pool: pool, candidates: union))
    }

    func mode(ofPool name: String?) -> Mode {
        settings.pools.first { $0.pool.name == name }?.mode ?? settings.mode
    }

    /// Whether some node could serve the Service's traffic.
    func isServable(_ entry: PlannedService) -> Bool { candidates(for: entry.service) != nil }

    /// Nil when no node could serve the Service's traffic.
    func candidates(for service: LoadBalancerService) -> Announcement.Candidates? {
        guard case .known(let endpoints) = service.endpoints else { return .everyNode }
        switch service.trafficPolicy {
        case .cluster: return endpoints.isServed || !settings.requireEndpoints ? .everyNode : nil
        case .local: return endpoints.localNodes.isEmpty ? nil : .nodes(endpoints.localNodes)
        }
    }

    private static func union(
        _ left: Announcement.Candidates, _ right: Announcement.Candidates
    ) -> Announcement.Candidates {
        switch (left, right) {
        case (.nodes(let left), .nodes(let right)): .nodes(left.union(right))
        case (.everyNode, _), (_, .everyNode): .everyNode
        }
    }
}
