import FoundationEssentials

/// What the server does to Services: fields filled in, addresses and ports given out, nonsense refused.
struct ServiceRules {
    private var clusterAddresses: Set<String> = []
    private var nodePorts: Set<Int64> = []
    private var nextIPv4: UInt32 = 10
    private var nextIPv6: UInt32 = 10
    private var nextPort: Int64 = 30_000

    /// From which cluster IPs are given.
    static let ranges = ["10.96.0.0/16", "fd96::/112"]
    private static let ipv4Prefix = "10.96"
    private static let ipv6Prefix = "fd96::"
    private static let portRange: ClosedRange<Int64> = 30_000...32_767

    private static let knownSpec: Set<String> = [
        "allocateLoadBalancerNodePorts", "clusterIP", "clusterIPs", "externalIPs", "externalName",
        "externalTrafficPolicy", "healthCheckNodePort", "internalTrafficPolicy", "ipFamilies", "ipFamilyPolicy",
        "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges", "ports", "publishNotReadyAddresses",
        "selector", "sessionAffinity", "sessionAffinityConfig", "trafficDistribution", "type",
    ]

    static func unknownFields(of object: JSON) -> [String] {
        let top: Set<String> = ["kind", "apiVersion", "metadata", "spec", "status"]
        return (object.members ?? []).filter { !top.contains($0.name) }.map(\.name)
            + (object["spec"]?.members ?? []).filter { !knownSpec.contains($0.name) }.map { "spec.\($0.name)" }
    }

    static func prune(_ object: inout JSON) {
        for field in unknownFields(of: object) where !field.hasPrefix("spec.") { object[field] = nil }
        guard object["spec"] != nil else { return }
        object.modify("spec") { spec in
            for member in spec.members ?? [] where !knownSpec.contains(member.name) || member.value.isNull {
                spec[member.name] = nil
            }
        }
    }

    // MARK: - Defaults

    static func fillIn(_ object: inout JSON) {
        object.modify("spec") { spec in
            let type = spec["type"]?.string ?? "ClusterIP"
            spec["type"] = .string(type)
            if let ports = spec["ports"]?.array { spec["ports"] = .array(ports.map(filledPort)) }
            if spec["sessionAffinity"] == nil { spec["sessionAffinity"] = "None" }
            let isExternal = type == "LoadBalancer" || type == "NodePort"
            if type != "ExternalName", spec["internalTrafficPolicy"] == nil {
                spec["internalTrafficPolicy"] = "Cluster"
            }
            if isExternal, spec["externalTrafficPolicy"] == nil { spec["externalTrafficPolicy"] = "Cluster" }
            if !isExternal { spec["externalTrafficPolicy"] = nil }
            if type == "LoadBalancer" {
                if spec["allocateLoadBalancerNodePorts"] == nil { spec["allocateLoadBalancerNodePorts"] = true }
            } else {
                spec["allocateLoadBalancerNodePorts"] = nil
                spec["loadBalancerClass"] = nil
            }
        }
        fillInStatus(&object, dropsIngress: true)
    }

    private static func filledPort(_ port: JSON) -> JSON {
        var port = port
        if port["protocol"] == nil { port["protocol"] = "TCP" }
        if port["targetPort"] == nil { port["targetPort"] = port["port"] }
        if port["nodePort"]?.integer == 0 { port["nodePort"] = nil }
        return port
    }

    /// `dropsIngress`: a Service that is no load balancer any more loses its addresses.
    static func fillInStatus(_ object: inout JSON, dropsIngress: Bool) {
        let type = object[path: "spec", "type"]?.string
        object.modify("status") { status in
            status.modify("loadBalancer") { balancer in
                if balancer.members == nil { balancer = .empty }
                if dropsIngress, type != "LoadBalancer" { balancer["ingress"] = nil }
                guard let ingress = balancer["ingress"]?.array, !ingress.isEmpty else {
                    return balancer["ingress"] = nil
                }
                balancer["ingress"] = .array(
                    ingress.map { entry in
                        var entry = entry
                        if entry["ip"]?.string?.isEmpty == false, entry["ipMode"] == nil { entry["ipMode"] = "VIP" }
                        return entry
                    })
            }
            if status["conditions"]?.isEmpty == true { status["conditions"] = nil }
        }
    }

    // MARK: - What is given out

    /// Gives cluster addresses and node ports to a Service that lacks them, and takes back what it needs no more.
    mutating func provide(_ object: inout JSON, instead old: JSON?) throws(Refusal) {
        var spec = object["spec"] ?? .empty
        if spec["type"]?.string == "ExternalName" {
            for name in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] { spec[name] = nil }
        } else {
            try checkAddresses(spec, of: object, instead: old)
            provideAddresses(&spec)
        }
        try providePorts(&spec, of: object, instead: old)
        object["spec"] = spec
    }

    /// An address that is asked for must not be another Service's.
    private func checkAddresses(_ spec: JSON, of object: JSON, instead old: JSON?) throws(Refusal) {
        let own = old?[path: "spec", "clusterIPs"]?.array?.compactMap(\.string) ?? []
        let asked = (spec["clusterIPs"]?.array ?? [spec["clusterIP"]].compactMap(\.self)).compactMap(\.string)
        guard let taken = asked.first(where: { clusterAddresses.contains($0) && !own.contains($0) }) else { return }
        throw .invalid(
            object[path: "metadata", "name"]?.string ?? "", .service,
            [
                .invalid(
                    "spec.clusterIPs", .array(asked.map { .string($0) }),
                    "failed to allocate IP \(taken): provided IP is already allocated")
            ])
    }

    private mutating func provideAddresses(_ spec: inout JSON) {
        let policy = spec["ipFamilyPolicy"]?.string ?? "SingleStack"
        spec["ipFamilyPolicy"] = .string(policy)
        var families = spec["ipFamilies"]?.array?.compactMap(\.string) ?? []
        if families.isEmpty { families = ["IPv4"] }
        if policy == "SingleStack" {
            families = [families[0]]
        } else if families.count == 1 {
            families.append(families[0] == "IPv4" ? "IPv6" : "IPv4")
        }
        spec["ipFamilies"] = .array(families.map { .string($0) })
        if spec["clusterIP"]?.string == "None" { return spec["clusterIPs"] = ["None"] }
        var addresses = spec["clusterIPs"]?.array?.compactMap(\.string) ?? []
        if addresses.isEmpty, let one = spec["clusterIP"]?.string, !one.isEmpty { addresses = [one] }
        addresses = Array(addresses.prefix(families.count))
        while addresses.count < families.count { addresses.append(takeAddress(families[addresses.count])) }
        clusterAddresses.formUnion(addresses)
        spec["clusterIP"] = .string(addresses[0])
        spec["clusterIPs"] = .array(addresses.map { .string($0) })
    }

    private mutating func takeAddress(_ family: String) -> String {
        while true {
            let address: String
            if family == "IPv4" {
                nextIPv4 = (nextIPv4 + 1) % 65_535
                address = "\(Self.ipv4Prefix).\(nextIPv4 >> 8).\(nextIPv4 & 255)"
            } else {
                nextIPv6 = (nextIPv6 + 1) % 65_535
                address = Self.ipv6Prefix + String(nextIPv6, radix: 16)
            }
            // With more Services than addresses the same ones are given again: no test looks at that.
            if !clusterAddresses.contains(address) || clusterAddresses.count > 60_000 { return address }
        }
    }

    private mutating func providePorts(_ spec: inout JSON, of object: JSON, instead old: JSON?) throws(Refusal) {
        let type = spec["type"]?.string
        let own = Set(Self.nodePorts(of: old))
        let wanted = type == "NodePort" || type == "LoadBalancer"
        let allocates = type == "NodePort" || spec["allocateLoadBalancerNodePorts"]?.bool ?? true
        var taken: [String: Int64] = [:]
        var ports = spec["ports"]?.array ?? []
        for index in ports.indices {
            let port = ports[index]["nodePort"]?.integer
            let name = "\(ports[index]["port"]?.integer ?? 0)"
            if !wanted {
                ports[index]["nodePort"] = nil
            } else if let port {
                guard own.contains(port) || taken[name] == port || !nodePorts.contains(port) else {
                    throw .invalid(
                        object[path: "metadata", "name"]?.string ?? "", .service,
                        [
                            .invalid(
                                "spec.ports[\(index)].nodePort", .integer(port), "provided port is already allocated")
                        ])
                }
                nodePorts.insert(port)
                taken[name] = port
            } else if allocates, let port = taken[name] ?? takePort() {
                ports[index]["nodePort"] = .integer(port)
                taken[name] = port
            }
        }
        if spec["ports"] != nil { spec["ports"] = .array(ports) }
        let isLocal = type == "LoadBalancer" && spec["externalTrafficPolicy"]?.string == "Local"
        if !isLocal {
            spec["healthCheckNodePort"] = nil
        } else if (spec["healthCheckNodePort"]?.integer ?? 0) == 0 {
            spec["healthCheckNodePort"] = takePort().map { .integer($0) }
        }
        var after = object
        after["spec"] = spec
        nodePorts.subtract(own.subtracting(Self.nodePorts(of: after)))
    }

    /// Nil when all are taken: the real server would refuse, but tests of 10,000 Services have fewer node ports.
    private mutating func takePort() -> Int64? {
        guard nodePorts.count < Self.portRange.count else { return nil }
        repeat {
            nextPort = nextPort >= Self.portRange.upperBound ? Self.portRange.lowerBound : nextPort + 1
        } while nodePorts.contains(nextPort)
        nodePorts.insert(nextPort)
        return nextPort
    }

    private static func nodePorts(of object: JSON?) -> [Int64] {
        (object?[path: "spec", "ports"]?.array ?? []).compactMap { $0["nodePort"]?.integer }
            + [object?[path: "spec", "healthCheckNodePort"]?.integer].compactMap { $0 }
    }

    mutating func releaseAll(of stored: Stored) {
        if stored.kind == .service { release(stored.object) }
    }

    mutating func releaseDryRun(_ object: JSON, _ kind: ResourceKind) {
        if kind == .service { release(object) }
    }

    private mutating func release(_ object: JSON) {
        nodePorts.subtract(Self.nodePorts(of: object))
        clusterAddresses.subtract(object[path: "spec", "clusterIPs"]?.array?.compactMap(\.string) ?? [])
    }
}
