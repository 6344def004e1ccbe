import HashTreeCollections
import IPAM
import LoadBalancing
import NetworkTypes

/// What an API server holds, and a source between it and a planner: writes come late, in any order, or fail for a while;
/// what has been written is seen late.
struct ModelCluster {
    var services: [ServiceKey: LoadBalancerService] = [:]
    /// As the planner has seen them.
    var seen: [ServiceKey: LoadBalancerService] = [:]
    /// Changed by a write that the planner has not seen yet.
    var unseen: Set<ServiceKey> = []
    /// The newest outcome of each Service that is not on its way yet.
    var waiting: [ServiceKey: ServiceOutcome] = [:]
    /// At most one of each Service.
    var underWay: [ServiceKey: ServiceOutcome] = [:]
    var claim = ClaimPolicy()
    /// Pairs that an edit has put on one address, until they are apart.
    private var excused: Set<Set<ServiceKey>> = []

    // MARK: Writing

    mutating func take(_ outcomes: [ServiceOutcome]) {
        for outcome in outcomes { waiting[outcome.key] = outcome }
    }

    mutating func start(_ key: ServiceKey) {
        guard underWay[key] == nil, let outcome = waiting.removeValue(forKey: key) else { return }
        underWay[key] = outcome
    }

    mutating func fail(_ key: ServiceKey) {
        guard let outcome = underWay.removeValue(forKey: key), waiting[key] == nil else { return }
        waiting[key] = outcome
    }

    mutating func land(_ key: ServiceKey) {
        guard let outcome = underWay.removeValue(forKey: key), var service = services[key], service.uid == outcome.uid
        else { return }
        if let record = outcome.record {
            service.annotations[Annotation.assigned] =
                record.isEmpty ? nil : record.map(\.description).joined(separator: ",")
        }
        if let ingress = outcome.ingress { service.writtenIngress = ingress }
        if let conditions = outcome.conditions {
            let allocated = conditions.first { $0.kind == .allocated }
            if conditions.isEmpty || allocated?.isTrue == false { service.confirmedAddresses = [] }
            if let allocated, allocated.isTrue {
                service.confirmedAddresses = AllocatedMessage.addresses(in: allocated.message)
            }
        }
        guard service != services[key] else { return }
        services[key] = service
        unseen.insert(key)
    }

    mutating func landAll() {
        for key in services.keys.sorted() {
            land(key)
            start(key)
            land(key)
        }
        underWay = [:]
        waiting = [:]
    }

    // MARK: Owners

    func isOurs(_ service: LoadBalancerService) -> Bool { claim.refusal(of: service) == nil }

    /// The addresses that the Service's record has, or will have once writes on their way or waiting have landed.
    private func possible(_ service: LoadBalancerService) -> Set<IPAddress> {
        let outcomes = [underWay[service.key], waiting[service.key]].compactMap { $0 }
        return Set(service.recordedAddresses + outcomes.filter { $0.uid == service.uid }.flatMap { $0.record ?? [] })
    }

    private func share(_ left: LoadBalancerService, _ right: LoadBalancerService) -> Bool {
        guard let key = left.annotations[Annotation.share], key == right.annotations[Annotation.share] else {
            return false
        }
        let isPlacedAlike =
            left.trafficPolicy == right.trafficPolicy
            && (left.trafficPolicy == .cluster
                || !left.selector.isEmpty && left.selector == right.selector
                    && left.key.namespace == right.key.namespace)
        return isPlacedAlike && Set(left.ports.map(\.claim)).isDisjoint(with: right.ports.map(\.claim))
    }

    /// Pairs of Services that may not share, but may come to stand on one address.
    private var clashes: Set<Set<ServiceKey>> {
        let ours = services.values.filter(isOurs).map { ($0, possible($0)) }
        var pairs: Set<Set<ServiceKey>> = []
        for (index, (left, ofLeft)) in ours.enumerated() where !ofLeft.isEmpty {
            for (right, ofRight) in ours[(index + 1)...] where !ofLeft.isDisjoint(with: ofRight) {
                if !share(left, right) { pairs.insert([left.key, right.key]) }
            }
        }
        return pairs
    }

    /// Calls off what the last edit has brought about by itself.
    mutating func excuseClashes() { excused = clashes }

    /// Two owners of one address that nobody but the planner has made.
    mutating func newClashes() -> Set<Set<ServiceKey>> {
        let now = clashes
        excused.formIntersection(now)
        return now.subtracting(excused)
    }
}
