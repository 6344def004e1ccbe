import IPAM
public import NetworkTypes

/// Addresses inside the cluster, which no load balancer may have: what comes for them would go to the wrong Service.
extension Planner {
    /// Replaces the ranges from which the cluster gives its Services cluster IPs. Every Service is looked at again.
    public mutating func setClusterRanges(_ ranges: [AddressRange]) {
        guard ranges != ledger.clusterRanges else { return }
        ledger.setClusterRanges(ranges)
        lookAtEverythingAgain()
    }

    /// What of the pools lies in those ranges, a sentence each.
    public var clusterRangeProblems: [String] {
        settings.pools.map(\.pool).flatMap { pool in
            pool.ranges.flatMap { range in
                ledger.clusterRanges.compactMap { $0.intersection(range) }.map { common in
                    "pool '\(pool.name)' has \(common), from which the cluster gives cluster IPs (ServiceCIDR); none of these is "
                        + "given to a Service, so take them out of the pool"
                }
            }
        }
    }

    /// Only those in pools matter: others are not given anyway.
    mutating func noteClusterIPs(of service: LoadBalancerService?, insteadOf former: LoadBalancerService?) {
        let (new, old) = (service?.clusterIPs ?? [], former?.clusterIPs ?? [])
        guard !areClusterIPsNews, new != old else { return }
        areClusterIPsNews = (new + old).contains { ledger.pool(of: $0) != nil }
    }

    mutating func reserveClusterIPs() {
        guard areClusterIPsNews else { return }
        areClusterIPsNews = false
        var known: Set<IPAddress> = []
        for entry in services.values {
            for address in entry.service.clusterIPs where ledger.pool(of: address) != nil { known.insert(address) }
        }
        dirtyServices.formUnion(ledger.reserveClusterIPs(known))
    }
}
