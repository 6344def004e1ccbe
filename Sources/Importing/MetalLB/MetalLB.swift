import YAML

/// What was found of MetalLB.
struct MetalLB {
    struct Pool {
        var name: String
        var subject: String
        var labels: [String: String] = [:]
        var spec: Node
    }

    struct Advertisement {
        var subject: String
        var spec: Node
        /// Names of pools, and selectors of their labels; with neither it is for all.
        var pools: [String] = []
        var selectors: [SourceSelector] = []

        func covers(_ pool: Pool) -> Bool {
            if pools.isEmpty, selectors.isEmpty { return true }
            return pools.contains(pool.name) || selectors.contains { $0.matches(pool.labels) }
        }
    }

    struct Peer {
        var name: String
        var subject: String
        var spec: Node
    }

    var pools: [Pool] = []
    var layer2: [Advertisement] = []
    var bgp: [Advertisement] = []
    var peers: [Peer] = []
    var communities: [String: String] = [:]
    var profiles: [String: Node] = [:]

    /// Whether the object is one of MetalLB's.
    mutating func take(_ object: SourceObject, _ draft: inout Draft) -> Bool {
        let spec = object.spec ?? Node(.mapping(Mapping([])), at: object.node.mark)
        switch object.kind {
        case "IPAddressPool":
            pools.append(Pool(name: object.name, subject: object.subject, labels: object.labels, spec: spec))
        case "L2Advertisement": layer2.append(Self.advertisement(object.subject, spec))
        case "BGPAdvertisement": bgp.append(Self.advertisement(object.subject, spec))
        case "BGPPeer": peers.append(Peer(name: object.name, subject: object.subject, spec: spec))
        case "BFDProfile": profiles[object.name] = spec
        case "Community":
            for community in spec.list("communities") {
                if let name = community.text("name") { communities[name] = community.text("value") }
            }
        case "ConfigMap":
            guard let text = object.node["data"]?.text("config") else { return false }
            return takeFile(text, object.subject, &draft)
        default: return false
        }
        return true
    }

    private static func advertisement(_ subject: String, _ spec: Node) -> Advertisement {
        Advertisement(
            subject: subject, spec: spec, pools: spec.texts("ipAddressPools"),
            selectors: spec.list("ipAddressPoolSelectors").map(SourceSelector.init))
    }

    // MARK: The ConfigMap of versions before 0.13

    private mutating func takeFile(_ text: String, _ subject: String, _ draft: inout Draft) -> Bool {
        guard let root = Parser.read(Array(text.utf8)).documents.first?.root, root["address-pools"] != nil else {
            return false
        }
        for spec in root.list("address-pools") {
            let name = spec.text("name") ?? ""
            let from = "\(subject), pool '\(name)'"
            pools.append(Pool(name: name, subject: from, spec: spec))
            if spec.text("protocol") == "bgp" {
                let written = spec.list("bgp-advertisements")
                let all = written.isEmpty ? [Node(.mapping(Mapping([])), at: spec.mark)] : written
                bgp += all.map { Advertisement(subject: from, spec: $0, pools: [name]) }
            } else {
                layer2.append(
                    Advertisement(subject: from, spec: Node(.mapping(Mapping([])), at: spec.mark), pools: [name]))
            }
        }
        for (place, spec) in root.list("peers").enumerated() {
            let name = spec.text("name") ?? "peer-\(place + 1)"
            peers.append(Peer(name: name, subject: "\(subject), peer '\(name)'", spec: spec))
        }
        for entry in root["bgp-communities"]?.mapping?.entries ?? [] {
            communities[entry.key.text] = entry.value.scalar?.text
        }
        for spec in root.list("bfd-profiles") { profiles[spec.text("name") ?? ""] = spec }
        return true
    }
}
