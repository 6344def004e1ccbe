import APIServer
import NetworkTypes

/// A Service as the API shows it, as far as the soak judges it.
struct ServiceFacts {
    struct Condition {
        let isTrue: Bool
        let reason: String
        let message: String
    }

    let name: String
    let uid: String
    let isOurs: Bool
    let color: String?
    let pool: String?
    let requested: String?
    let loadBalancerIP: String?
    let share: String?
    let families: [AddressFamily]
    let policy: String
    let isLocal: Bool
    let selector: String
    let ports: Set<String>
    let assigned: [IPAddress]
    let ingress: [IPAddress]
    let isEveryModeVIP: Bool
    let conditions: [String: Condition]
    /// Whether anything stands on it that herald writes.
    let hasTraces: Bool

    init(_ json: JSON) {
        let (metadata, spec) = (json["metadata"] ?? .empty, json["spec"] ?? .empty)
        let annotations = metadata["annotations"] ?? .empty
        name = metadata["name"]?.string ?? ""
        uid = metadata["uid"]?.string ?? ""
        let serviceClass = spec["loadBalancerClass"]?.string
        isOurs =
            spec["type"] == "LoadBalancer" && (serviceClass == nil || serviceClass == "herald-lb.io/herald")
            && metadata["deletionTimestamp"] == nil
        color = metadata[path: "labels", "color"]?.string
        pool = annotations["herald-lb.io/pool"]?.string
        requested = annotations["herald-lb.io/addresses"]?.string
        share = annotations["herald-lb.io/share"]?.string
        loadBalancerIP = spec["loadBalancerIP"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        families = (spec["ipFamilies"]?.array ?? []).compactMap { $0.string.flatMap(AddressFamily.init(rawValue:)) }
        policy = spec["ipFamilyPolicy"]?.string ?? "SingleStack"
        isLocal = spec["externalTrafficPolicy"] == "Local"
        selector = spec["selector"]?.sorted.text ?? ""
        ports = Set(
            (spec["ports"]?.array ?? []).map {
                "\($0["protocol"]?.string ?? "TCP")/\($0["port"]?.integer ?? 0)"
            })
        assigned = Self.list(annotations["herald-lb.io/assigned"]?.string)
        let shown = json[path: "status", "loadBalancer", "ingress"]?.array ?? []
        ingress = shown.compactMap { $0["ip"]?.string.flatMap { IPAddress($0) } }
        isEveryModeVIP = shown.allSatisfy { $0["ipMode"] == "VIP" }
        var conditions: [String: Condition] = [:]
        for condition in json[path: "status", "conditions"]?.array ?? [] {
            guard let type = condition["type"]?.string, type.hasPrefix("herald-lb.io/") else { continue }
            conditions[String(type.dropFirst(13))] = Condition(
                isTrue: condition["status"] == "True", reason: condition["reason"]?.string ?? "",
                message: condition["message"]?.string ?? "")
        }
        self.conditions = conditions
        hasTraces =
            !conditions.isEmpty || annotations["herald-lb.io/assigned"] != nil
            || annotations["herald-lb.io/conflict"] != nil
    }

    private static func list(_ text: String?) -> [IPAddress] {
        (text ?? "").split(separator: ",").compactMap { IPAddress(String($0)) }
    }

    /// The addresses asked for; nil when the request cannot be read. A `loadBalancerIP` that mirrors the record asks for
    /// nothing.
    var request: [IPAddress]? {
        if let requested, !requested.isEmpty {
            let parts = requested.split(separator: ",", omittingEmptySubsequences: false)
            let addresses = parts.compactMap { IPAddress(String($0)) }
            return addresses.count == parts.count ? addresses : nil
        }
        guard let loadBalancerIP else { return [] }
        guard let address = IPAddress(loadBalancerIP) else { return nil }
        return assigned == [address] ? [] : [address]
    }

    /// Whether the two may have one address.
    func mayShare(with other: ServiceFacts) -> Bool {
        guard let share, !share.isEmpty, share == other.share, ports.isDisjoint(with: other.ports) else { return false }
        return placement == other.placement
    }

    /// All Services are in one namespace, and all have a selector.
    private var placement: String { isLocal ? selector : "everywhere" }
}

/// Where the endpoints of a Service are, by node.
struct EndpointFactsOfSlice {
    var ready: Set<String> = []
    var terminating: Set<String> = []
    var isElsewhere = false

    var isServed: Bool { isElsewhere || !ready.isEmpty || !terminating.isEmpty }
    var local: Set<String> { ready.isEmpty ? terminating : ready }

    mutating func add(_ slice: JSON) {
        for endpoint in slice["endpoints"]?.array ?? [] {
            let node = endpoint["nodeName"]?.string
            let isReady = endpoint[path: "conditions", "ready"]?.bool ?? true
            let serves = endpoint[path: "conditions", "serving"]?.bool ?? isReady
            let terminates = endpoint[path: "conditions", "terminating"]?.bool ?? false
            if isReady, !terminates {
                if let node { ready.insert(node) } else { isElsewhere = true }
            } else if serves, terminates, let node {
                terminating.insert(node)
            }
        }
    }
}
