import Glibc

/// What makes a Service invalid.
enum ServiceValidation {
    typealias Cause = Refusal.Cause

    static func causes(_ object: JSON, instead old: JSON?) -> [Cause] {
        let spec = object["spec"] ?? .empty
        return ports(spec) + sourceRanges(spec) + types(spec)
            + (old.map { changes(spec, from: $0["spec"] ?? .empty) } ?? [])
    }

    private static func ports(_ spec: JSON) -> [Cause] {
        let ports = spec["ports"]?.array ?? []
        let isHeadless = spec["clusterIP"]?.string == "None"
        if ports.isEmpty, !isHeadless, spec["type"]?.string != "ExternalName" { return [.required("spec.ports")] }
        var found: [Cause] = []
        var seen: Set<String> = []
        for (index, port) in ports.enumerated() {
            let path = "spec.ports[\(index)]"
            if ports.count > 1, port["name"]?.string?.isEmpty != false { found.append(.required("\(path).name")) }
            found += number(port["port"], "\(path).port")
            if port["targetPort"]?.integer != nil { found += number(port["targetPort"], "\(path).targetPort") }
            let transport = port["protocol"] ?? "TCP"
            if !["TCP", "UDP", "SCTP"].contains(transport.string ?? "") {
                found.append(.unsupported("\(path).protocol", transport, ["SCTP", "TCP", "UDP"]))
            }
            if let number = port["nodePort"]?.integer, !(30_000...32_767).contains(number) {
                found.append(
                    .invalid(
                        "\(path).nodePort", .integer(number),
                        "provided port is not in the valid range. The range of valid ports is 30000-32767"))
            }
            if !seen.insert("\(transport.text) \(port["port"]?.text ?? "")").inserted {
                found.append(
                    Cause(
                        reason: "FieldValueDuplicate",
                        message:
                            "Duplicate value: {\"port\":\(port["port"]?.text ?? ""),\"protocol\":\(transport.text)}",
                        field: path))
            }
        }
        return found
    }

    private static func number(_ value: JSON?, _ field: String) -> [Cause] {
        if let number = value?.integer, (1...65_535).contains(number) { return [] }
        return [.invalid(field, value ?? 0, "must be between 1 and 65535, inclusive")]
    }

    private static func sourceRanges(_ spec: JSON) -> [Cause] {
        (spec["loadBalancerSourceRanges"]?.array ?? []).enumerated().compactMap { index, range in
            let parts = (range.string ?? "").split(separator: "/")
            let limit: Int? = parts.count == 2 ? (isIPv4(parts[0]) ? 32 : isIPv6(parts[0]) ? 128 : nil) : nil
            if let limit, let length = Int(parts[1]), (0...limit).contains(length) { return nil }
            return .invalid(
                "spec.LoadBalancerSourceRanges[\(index)]", range,
                "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
        }
    }

    private static func types(_ spec: JSON) -> [Cause] {
        let names = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
        var found: [Cause] = []
        if let type = spec["type"], !names.contains(type.string ?? "") {
            found.append(.unsupported("spec.type", type, names))
        }
        if spec["type"]?.string != "LoadBalancer", spec["loadBalancerClass"] != nil {
            found.append(.forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'"))
        }
        if let policy = spec["externalTrafficPolicy"], !["Cluster", "Local"].contains(policy.string ?? "") {
            found.append(.unsupported("spec.externalTrafficPolicy", policy, ["Cluster", "Local"]))
        }
        return found
    }

    private static func changes(_ new: JSON, from old: JSON) -> [Cause] {
        var found: [Cause] = []
        let isBalancer = [new, old].allSatisfy { $0["type"]?.string == "LoadBalancer" }
        if isBalancer, new["loadBalancerClass"] != old["loadBalancerClass"] {
            found.append(
                .invalid("spec.loadBalancerClass", new["loadBalancerClass"] ?? .null, "may not change once set"))
        }
        let first = (old["clusterIPs"]?.array?.first, new["clusterIPs"]?.array?.first)
        if let was = first.0, let is_ = first.1, was != is_, was.string?.isEmpty == false {
            found.append(.invalid("spec.clusterIPs[0]", is_, "may not change once set"))
        }
        return found
    }

    // MARK: - Status

    static func statusCauses(_ object: JSON) -> [Cause] {
        let ingress = object[path: "status", "loadBalancer", "ingress"]?.array ?? []
        if !ingress.isEmpty, object[path: "spec", "type"]?.string != "LoadBalancer" {
            return [
                .forbidden("status.loadBalancer.ingress", "may only be used when `spec.type` is 'LoadBalancer'")
            ]
        }
        return ingress.enumerated().flatMap { index, entry in
            causes(entry, at: "status.loadBalancer.ingress[\(index)]")
        } + conditions(object[path: "status", "conditions"]?.array ?? [])
    }

    private static func causes(_ entry: JSON, at path: String) -> [Cause] {
        var found: [Cause] = []
        let address = entry["ip"]?.string ?? ""
        if !address.isEmpty {
            if let why = fault(of: address) { found.append(.invalid("\(path).ip", .string(address), why)) }
            let mode = entry["ipMode"] ?? "VIP"
            if !["Proxy", "VIP"].contains(mode.string ?? "") {
                found.append(.unsupported("\(path).ipMode", mode, ["Proxy", "VIP"]))
            }
        } else if entry["ipMode"] != nil {
            found.append(.forbidden("\(path).ipMode", "may not be specified when `ip` is not set"))
        }
        return found
    }

    private static func conditions(_ conditions: [JSON]) -> [Cause] {
        var seen: Set<String> = []
        return conditions.enumerated().flatMap { index, condition -> [Cause] in
            let path = "status.conditions[\(index)]"
            var found: [Cause] = []
            for name in ["type", "reason", "lastTransitionTime"] where condition[name]?.isEmpty ?? true {
                found.append(.required("\(path).\(name)"))
            }
            if !["False", "True", "Unknown"].contains(condition["status"]?.string ?? "") {
                found.append(
                    .unsupported("\(path).status", condition["status"] ?? "", ["False", "True", "Unknown"]))
            }
            if !seen.insert(condition["type"]?.string ?? "").inserted {
                found.append(
                    Cause(
                        reason: "FieldValueDuplicate",
                        message: "Duplicate value: \((condition["type"] ?? .null).shown)", field: "\(path).type"))
            }
            if (condition["message"]?.string?.utf8.count ?? 0) > 32_768 {
                found.append(
                    Cause(
                        reason: "FieldValueTooLong", message: "Too long: may not be more than 32768 bytes",
                        field: "\(path).message"))
            }
            return found
        }
    }

    /// Why this is no address in the form that the API wants; nil when it is one.
    private static func fault(of address: String) -> String? {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4, parts.contains(where: { $0.count > 1 && $0.hasPrefix("0") && $0.allSatisfy(\.isNumber) }) {
            return "must not have leading 0s"
        }
        if isIPv4(address[...]) { return nil }
        guard isIPv6(address[...]) else { return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)" }
        return address.lowercased().hasPrefix("::ffff:") ? "must not be an IPv4-mapped IPv6 address" : nil
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        var address = in_addr()
        return unsafe inet_pton(AF_INET, String(text), &address) == 1
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        var address = in6_addr()
        return unsafe inet_pton(AF_INET6, String(text), &address) == 1
    }
}
