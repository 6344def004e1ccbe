import NetworkTypes

extension Refusal {
    /// What is wrong and what to do about it, in words for events, conditions and logs.
    ///
    /// The same refusal always has the same words; long lists of pools are cut short.
    public var sentence: String {
        switch self {
        case .noPools: "no address pool is configured; add one under pools"
        case .noPoolAdmits(let service, let pools):
            "no pool is open to Service \(service): \(Self.list(pools.map { $0.clause(service) }));"
                + " name a pool with herald-lb.io/pool or widen one"
        case .unknownPool(let name, let known):
            "there is no pool '\(name)'; name \(known.count == 1 ? "" : "one of ")\(Self.pools(known)) with herald-lb.io/pool"
        case .poolDoesNotAdmit(let service, let pool):
            "pool \(pool.clause(service)), so Service \(service) may not use it; name another pool or widen this one"
        case .noPoolOfFamily(let family, let pools):
            "\(Self.pools(pools)) \(pools.count == 1 ? "has" : "have") no \(family.rawValue) addresses;"
                + " add some or change spec.ipFamilies"
        case .poolsFull(let pools): Self.sentence(full: pools)
        case .outsideEveryPool(let address, let pools):
            "\(address) is in no pool; ask for an address of \(Self.pools(pools)), or add it to a pool"
        case .outsideNamedPool(let address, let pool):
            "\(address) is not in pool '\(pool)', which the Service asks for too; drop one of the two requests"
        case .held(let address, let holder, let rule): Self.sentence(address, heldBy: holder, rule)
        case .reserved(let address):
            "\(address) belongs to a node or interface, or is the first or last of its subnet; ask for another address"
        case .clusterIP(let address):
            "\(address) is the cluster IP of a Service; ask for another address, and take it out of the pool"
        case .clusterRange(let address, let range):
            "\(address) is in \(range), from which the cluster gives cluster IPs (ServiceCIDR); ask for another address, and "
                + "take that range out of the pool"
        case .conflicted(let address):
            "another host on the network answers for \(address); find and stop it, or ask for another address"
        case .quarantined(let address, let owner, _):
            "\(address) rests since Service \(owner) let go of it; wait until its quarantine ends, or ask for another address"
        case .recordedElsewhere(let address, let owner):
            "\(address) is still on the record of Service \(owner), which has let go of it; wait until that is rewritten, or"
                + " ask for another address"
        case .unconfirmedRecord(let address):
            "\(address) is on record in herald-lb.io/assigned, which herald alone writes, but is in no pool open to the Service"
                + " and not confirmed by its status; ask for an address of a pool with herald-lb.io/addresses"
        case .twoOfOneFamily(let first, let second):
            "\(first) and \(second) are both \(first.family.rawValue); ask for one address of each family"
        case .familyNotAsked(let address, let asked):
            "\(address) is \(address.family.rawValue), but the Service asks for \(Self.list(asked.map(\.rawValue)));"
                + " change spec.ipFamilies or the address"
        case .notAssignable(let address):
            "\(address) cannot belong to a host; ask for a unicast address"
        }
    }

    private static func sentence(full pools: [PoolUsage]) -> String {
        guard !pools.isEmpty else { return "no pool open to the Service has any address; add some under pools" }
        return "no address is free: \(list(pools.map(\.clause))); add addresses or delete a Service"
    }

    private static func sentence(_ address: IPAddress, heldBy holder: ServiceKey, _ rule: SharingRule) -> String {
        let start = "\(address) is held by Service \(holder)"
        return switch rule {
        case .asksWithoutKey:
            "\(start); ask for another address, or give both Services the same herald-lb.io/share key"
        case .heldWithoutKey:
            "\(start), which shares with none; ask for another address, or give it the same herald-lb.io/share key"
        case .otherKey(let key):
            "\(start), whose herald-lb.io/share key is '\(Wording.shown(key))'; ask for another address, or use that key"
        case .otherPlacement:
            "\(start), whose traffic may enter at other nodes; to share it, set externalTrafficPolicy: Cluster on both"
                + " or select the same pods"
        case .samePort(let port):
            "\(start), and both use port \(port); change one of the ports or ask for another address"
        }
    }

    private static func pools(_ names: [String]) -> String {
        guard !names.isEmpty else { return "a pool" }
        return (names.count == 1 ? "pool " : "pools ") + list(names.map { "'\($0)'" })
    }

    /// At most five, joined by commas.
    private static func list(_ items: [String]) -> String {
        let rest = items.count - 5
        return items.prefix(5).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}

extension Refusal.ExcludingPool {
    fileprivate func clause(_ service: ServiceKey) -> String {
        switch exclusion {
        case .namespace: "'\(name)' is not for namespace '\(service.namespace)'"
        case .labels: "'\(name)' selects other labels"
        case .onlyOnRequest: "'\(name)' is given on request only"
        }
    }
}

extension PoolUsage {
    fileprivate var clause: String {
        let counts = [
            (used, "used"), (quarantined, "in quarantine"), (conflicted, "in conflict"), (reserved, "reserved"),
        ]
        var parts = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        if clusterIPs > 0 { parts.append("\(clusterIPs) in the cluster's range of cluster IPs") }
        if UInt128(counts.reduce(0) { $0 + $1.0 }) < size - min(size, clusterIPs) {
            parts.append("the others are left out by skipEdgeAddresses")
        }
        return "pool '\(pool)' has \(size) \(family.rawValue) \(size == 1 ? "address" : "addresses"), "
            + parts.joined(separator: ", ")
    }
}
