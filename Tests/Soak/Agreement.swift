import APIServer
import ClusterLab
import Lab
import NetworkTypes

/// What must be so when nothing changes any more, worked out from the API's objects and the configuration alone.
struct Agreement {
    /// What does not agree, of which Service or node.
    struct Disagreement: Hashable, CustomStringConvertible {
        let subject: String
        let text: String
        var description: String { "\(subject): \(text)" }
    }

    let layout: Layout
    let nodes: Set<String>
    let services: [ServiceFacts]
    let endpoints: [String: EndpointFactsOfSlice]
    let holders: [IPAddress: [ServiceFacts]]
    /// Addresses to be announced, with the nodes that may announce them.
    private(set) var wanted: [IPAddress: Set<String>] = [:]

    init(layout: Layout, nodes: [HeraldNode], services: [JSON], slices: [JSON]) {
        self.layout = layout
        self.nodes = Set(nodes.map(\.name))
        self.services = services.map { ServiceFacts($0) }
        var endpoints: [String: EndpointFactsOfSlice] = [:]
        let families = Dictionary(self.services.map { ($0.name, $0.families) }) { first, _ in first }
        for slice in slices {
            let name = slice[path: "metadata", "labels", "kubernetes.io/service-name"]?.string ?? ""
            // A slice of a family that the Service does not have is not the Service's, as kube-proxy sees it.
            guard let family = slice["addressType"]?.string.flatMap(AddressFamily.init(rawValue:)),
                families[name, default: []].contains(family)
            else { continue }
            endpoints[name, default: EndpointFactsOfSlice()].add(slice)
        }
        self.endpoints = endpoints
        holders = Dictionary(
            grouping: self.services.flatMap { service in service.assigned.map { ($0, service) } }, by: \.0
        ).mapValues { $0.map(\.1) }
        for (address, services) in holders {
            let reach = services.filter(\.isOurs).map(candidates).reduce(into: Set()) { $0.formUnion($1) }
            if !reach.isEmpty { wanted[address] = reach }
        }
    }

    /// Nodes that may announce the Service; none when nothing serves it.
    private func candidates(_ service: ServiceFacts) -> Set<String> {
        guard let endpoints = endpoints[service.name], endpoints.isServed else { return [] }
        return service.isLocal ? endpoints.local.intersection(nodes) : nodes
    }

    // MARK: - Services

    func disagreementsOfServices() -> [Disagreement] {
        services.flatMap { service in
            (service.isOurs ? faults(of: service) : faultsOfOther(service)).map {
                Disagreement(subject: service.name, text: $0)
            }
        } + sharing()
    }

    private func faultsOfOther(_ service: ServiceFacts) -> [String] {
        service.hasTraces || !service.ingress.isEmpty ? ["is not herald's and still has what herald wrote"] : []
    }

    private func faults(of service: ServiceFacts) -> [String] {
        guard let allocated = service.conditions["Allocated"] else { return ["has no condition Allocated"] }
        guard let announced = service.conditions["Announced"] else { return ["has no condition Announced"] }
        guard !service.assigned.isEmpty else {
            var faults: [String] = []
            if allocated.isTrue { faults.append("has no address, and Allocated says True: \(allocated.message)") }
            if announced.isTrue || !service.ingress.isEmpty {
                faults.append("has no address, and its status shows \(service.ingress): \(announced.message)")
            }
            if !isJustified(allocated.reason, service) {
                faults.append("is refused for no reason: \(allocated.reason): \(allocated.message)")
            }
            return faults
        }
        return faults(of: service, allocated) + announcementFaults(of: service, announced)
    }

    private func faults(of service: ServiceFacts, _ allocated: ServiceFacts.Condition) -> [String] {
        guard allocated.isTrue else { return ["has \(service.assigned), and Allocated says \(allocated.message)"] }
        guard allocated.reason == "AddressAllocated" else {
            return isJustified(allocated.reason, service)
                ? [] : ["keeps \(service.assigned) for no reason: \(allocated.reason): \(allocated.message)"]
        }
        var faults: [String] = []
        let families = service.assigned.map(\.family)
        switch service.policy {
        case "SingleStack" where families != Array(service.families.prefix(1)),
            "RequireDualStack" where Set(families) != [.ipv4, .ipv6],
            "PreferDualStack" where Set(families) != [.ipv4, .ipv6]:
            faults.append("is \(service.policy) \(service.families) and has \(service.assigned)")
        default: break
        }
        if let missing = (service.request ?? []).first(where: { !service.assigned.contains($0) }) {
            faults.append("asks for \(missing), has \(service.assigned), and nothing says why")
        }
        for address in service.assigned {
            let pool = layout.pool(of: address)
            if pool == nil || pool?.color.map({ $0 != service.color }) ?? false {
                faults.append("\(address) is in no pool that admits it, and nothing says so")
            }
            // Who names an address, too, keeps that one whichever pool it is in.
            let isAskedFor = service.request?.contains(address) ?? false
            if let name = service.pool, !name.isEmpty, pool?.name != name, !isAskedFor {
                faults.append("asks for pool \(name) and has \(address)")
            }
        }
        return faults
    }

    private func announcementFaults(of service: ServiceFacts, _ announced: ServiceFacts.Condition) -> [String] {
        var faults: [String] = []
        if !service.isEveryModeVIP { faults.append("its ingress has another ipMode than VIP") }
        if layout.mode == "none" || candidates(service).isEmpty {
            // What it shares may be announced for the sake of another; its own status shows nothing.
            if announced.isTrue { faults.append("nothing serves it, and Announced says \(announced.message)") }
            if !service.ingress.isEmpty { faults.append("nothing serves it, and it shows \(service.ingress)") }
            return faults
        }
        if !announced.isTrue { faults.append("is not announced: \(announced.reason): \(announced.message)") }
        if service.ingress.map(\.description).sorted() != service.assigned.map(\.description).sorted() {
            faults.append("has \(service.assigned) and its status shows \(service.ingress)")
        }
        return faults
    }

    private func sharing() -> [Disagreement] {
        holders.flatMap { address, services in
            services.indices.flatMap { index in
                services[(index + 1)...].compactMap { other in
                    let one = services[index]
                    guard !one.mayShare(with: other) else { return nil }
                    return Disagreement(
                        subject: one.name, text: "has \(address), as has \(other.name), and they may not share")
                }
            }
        }
    }

    /// Whether what is said to keep a Service from an address is so.
    private func isJustified(_ reason: String, _ service: ServiceFacts) -> Bool {
        let request = service.request ?? []
        switch reason {
        case "UnknownPool": return service.pool.map { layout.pool(named: $0) == nil } ?? false
        case "AddressHeld":
            return request.contains { address in
                holders[address, default: []].contains { $0.name != service.name && !service.mayShare(with: $0) }
            } || isLost(service)
        case "AddressOutsidePools": return request.contains { layout.pool(of: $0) == nil }
        case "AddressOutsidePool": return request.contains { layout.pool(of: $0)?.name != service.pool }
        case "PoolDoesNotAdmit":
            let pools = request.compactMap { layout.pool(of: $0) } + [service.pool.flatMap { layout.pool(named: $0) }]
            return pools.contains { $0?.color != nil && $0?.color != service.color }
        case "FamilyNotAsked":
            let asked = service.policy == "SingleStack" ? Array(service.families.prefix(1)) : service.families
            return request.contains { !asked.contains($0.family) }
        case "OutOfPool":
            return service.assigned.contains { address in
                let pool = layout.pool(of: address)
                return pool == nil || pool?.color.map { $0 != service.color } ?? false
            }
        case "AddressNotAssignable": return request.contains { !$0.isAssignable }
        case "PoolFull": return isFull(service)
        default: return service.request == nil && reason.contains("Malformed") || isPartly(reason, service)
        }
    }

    /// PreferDualStack with one family for which there is no room.
    private func isPartly(_ reason: String, _ service: ServiceFacts) -> Bool {
        service.policy == "PreferDualStack" && service.assigned.count == 1 && isFull(service)
    }

    /// It lost an address to one with which it could not share any more.
    private func isLost(_ service: ServiceFacts) -> Bool { service.share != nil && !service.assigned.isEmpty }

    private func isFull(_ service: ServiceFacts) -> Bool {
        let pools = service.pool.flatMap { layout.pool(named: $0) }.map { [$0] } ?? layout.pools.filter(\.autoAssign)
        let held = service.assigned.filter { address in pools.contains { $0.contains(address) } }
        let missing = service.families.filter { family in !held.contains { $0.family == family } }
        return missing.contains { family in
            pools.flatMap { $0.addresses(family) }.allSatisfy { holders[$0] != nil }
        }
    }

    // MARK: - The network

    func disagreements(with world: World) -> [Disagreement] {
        layout.mode == "bgp" ? disagreementsByBGP(world) : disagreementsByARP(world)
    }

    /// The one node that has each address, where the world agrees.
    func owners(in world: World) -> [IPAddress: String] {
        var owners: [IPAddress: String] = [:]
        for node in nodes.sorted() {
            for address in world.addresses(of: node) { owners[address] = node }
        }
        return owners
    }

    private func disagreementsByARP(_ world: World) -> [Disagreement] {
        var found: [Disagreement] = []
        for node in nodes.sorted() {
            let place = layout.attach == "interface" ? "eth0" : "herald0"
            for (interface, addresses) in world.onInterfaces[node, default: [:]] where interface != place {
                found.append(.init(subject: node, text: "\(addresses.sorted()) on \(interface) in ARP mode"))
            }
            let strays = world.addresses(of: node).filter { wanted[$0]?.contains(node) != true }
            for address in strays.sorted() {
                found.append(
                    .init(subject: node, text: "\(address) on it, which may be announced on \(names(address))"))
            }
            let routes = world.routes[node, default: []]
            if !routes.isEmpty { found.append(.init(subject: node, text: "routes in ARP mode: \(routes.sorted())")) }
        }
        guard layout.attach != "none" else { return found }
        for address in wanted.keys.sorted() {
            let owners = nodes.filter { world.addresses(of: $0).contains(address) }.sorted()
            if owners.count != 1 {
                found.append(.init(subject: holderName(address), text: "\(address) is on \(owners), not on one node"))
            }
        }
        return found
    }

    private func disagreementsByBGP(_ world: World) -> [Disagreement] {
        nodes.sorted().flatMap { node -> [Disagreement] in
            let should = Set(wanted.filter { $0.value.contains(node) }.keys)
            var found = difference(world.routes[node, default: []], should, "at the router from \(node)")
            guard layout.attach != "none" else { return found }
            let place = layout.attach == "interface" ? "lo" : "herald1"
            let interfaces = world.onInterfaces[node, default: [:]]
            found += difference(interfaces[place, default: []], should, "on \(place) of \(node)")
            for (interface, addresses) in interfaces where interface != place {
                found.append(.init(subject: node, text: "\(addresses.sorted()) on \(interface) in BGP mode"))
            }
            return found
        }
    }

    private func difference(_ found: Set<IPAddress>, _ should: Set<IPAddress>, _ place: String) -> [Disagreement] {
        should.subtracting(found).sorted().map { .init(subject: holderName($0), text: "\($0) is missing \(place)") }
            + found.subtracting(should).sorted().map {
                .init(subject: holderName($0), text: "\($0) is left \(place)")
            }
    }

    /// Who answers the client's questions, asked one after the other while nothing changes.
    func disagreements(with claims: [ClaimsWatch.Change], _ heralds: [HeraldNode]) -> [Disagreement] {
        guard layout.mode == "arp" else { return [] }
        let claimants = Dictionary(grouping: claims, by: \.address).mapValues { Set($0.map(\.station)) }
        var found: [Disagreement] = []
        for address in Set(wanted.keys).union(claimants.keys).sorted() {
            let allowed = Set(
                heralds.filter { wanted[address, default: []].contains($0.name) }.map(\.node.mac))
            let stations = claimants[address, default: []]
            if stations.count == (allowed.isEmpty ? 0 : 1), stations.isSubset(of: allowed) { continue }
            found.append(
                .init(
                    subject: holderName(address),
                    text: "\(address) is answered for by \(stations.map(\.description).sorted()), and may be by "
                        + "\(allowed.map(\.description).sorted())"))
        }
        return found
    }

    private func names(_ address: IPAddress) -> String { wanted[address, default: []].sorted().description }

    func holderName(_ address: IPAddress) -> String {
        holders[address]?.map(\.name).sorted().joined(separator: "+") ?? "\(address)"
    }
}
