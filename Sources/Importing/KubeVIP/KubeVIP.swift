import YAML

/// What was found of kube-vip and its cloud provider.
struct KubeVIP {
    private var pools: [Draft.Pool] = []
    private var environment: [String: String] = [:]
    private var subject = ""

    /// Whether the object is one of kube-vip's.
    mutating func take(_ object: SourceObject, _ draft: inout Draft) -> Bool {
        if object.kind == "ConfigMap" { return takePools(object, &draft) }
        let pod = object.spec?["template"]?["spec"] ?? object.spec
        let containers = (pod?.list("containers") ?? []).filter { $0.text("image")?.contains("kube-vip") == true }
        guard !containers.isEmpty else { return false }
        subject = object.subject
        for variable in containers.flatMap({ $0.list("env") }) {
            if let name = variable.text("name"), let value = variable.text("value") { environment[name] = value }
        }
        return true
    }

    // MARK: The cloud provider's ConfigMap

    private mutating func takePools(_ object: SourceObject, _ draft: inout Draft) -> Bool {
        let entries = object.node["data"]?.mapping?.entries ?? []
        guard entries.contains(where: { ["cidr", "range"].contains($0.key.text.prefix { $0 != "-" }) }) else {
            return false
        }
        var left: [String] = []
        var fields: [Piece.Field] = []
        for entry in entries {
            let key = entry.key.text
            let value = entry.value.scalar?.text ?? ""
            switch key.prefix(while: { $0 != "-" }) {
            case "cidr" where key.contains("-"), "range" where key.contains("-"):
                add(value, to: String(key.drop { $0 != "-" }.dropFirst()), object.subject, &draft)
            case "search":
                if key == "search-order", value == "desc" { fields.append(.init("order", .plain("descending"))) }
            case "skip":
                if value == "true", !fields.contains(where: { $0.key == "skipEdgeAddresses" }) {
                    fields.append(.init("skipEdgeAddresses", .plain("true")))
                    draft.remark(
                        object.subject, "'\(key)' is not quite skipEdgeAddresses, which leaves out .0 and .255")
                }
            default: left.append(key)
            }
        }
        for place in pools.indices { pools[place].fields += fields }
        if !left.isEmpty {
            draft.remark(object.subject, "has no equivalent for: \(left.joined(separator: ", "))")
        }
        return true
    }

    private mutating func add(_ value: String, to scope: String, _ subject: String, _ draft: inout Draft) {
        let parts = value.split(separator: ",").map { part in
            String(part.drop { $0 == " " }.prefix { $0 != " " })
        }
        let addresses = parts.filter { !$0.isEmpty && !$0.hasPrefix("0.0.0.0") }
        if parts.contains(where: { $0.hasPrefix("0.0.0.0") }) {
            draft.remark(subject, "asks a DHCP server for addresses of '\(scope)', which herald does not; left out")
        }
        guard !addresses.isEmpty else { return }
        if let place = pools.firstIndex(where: { $0.name == scope }) {
            pools[place].addresses += addresses
            return
        }
        var pool = Draft.Pool(name: scope, addresses: addresses)
        // A namespace's own pool is asked before the one for all.
        if scope != "global" { pool.fields = [.init("priority", .plain("1")), .init("namespaces", .texts([scope]))] }
        pools.append(pool)
    }

    // MARK: Writing

    func write(to draft: inout Draft) {
        let isBGP = isSet("bgp_enable") && !isSet("vip_arp")
        for var pool in pools {
            pool.mode = isBGP ? "bgp" : "arp"
            draft.add(pool, from: "ConfigMap/kubevip")
        }
        guard !subject.isEmpty else { return }
        if pools.isEmpty, draft.pools.isEmpty {
            draft.remark(
                subject, "says which way, not which addresses: import the ConfigMap 'kubevip' of kube-system with it")
        }
        writeServices(to: &draft)
        if isBGP { writeBGP(to: &draft) } else { writeARP(to: &draft) }
        remarkOnRest(&draft)
    }

    private func isSet(_ name: String) -> Bool { environment[name]?.lowercased() == "true" }

    private func text(_ names: String...) -> String? {
        names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }

    private func writeServices(to draft: inout Draft) {
        if let name = text("lb_class_name") { draft.services.append(.init("loadBalancerClass", .text(name))) }
        if isSet("lb_class_only") { draft.services.append(.init("claim", .plain("own"))) }
    }

    private func writeARP(to draft: inout Draft) {
        if let name = text("vip_servicesinterface", "vip_interface") {
            draft.arp.append(.init("interfaces", .texts([name])))
        }
        if !isSet("svc_election") {
            draft.remark(subject, "has all Services on one leader; leave 'arp.election' out to spread them")
            draft.arp.append(.init("election", .plain("leader")))
        }
    }

    private func writeBGP(to draft: inout Draft) {
        if let asn = text("bgp_as") { draft.bgp.append(.init("asn", .number(asn))) }
        if let identifier = text("bgp_routerid") { draft.bgp.append(.init("routerID", .text(identifier))) }
        var peers = (text("bgp_peers") ?? "").split(separator: ",").map { KubeVIPPeer($0) }
        if peers.isEmpty, let address = text("bgp_peeraddress") {
            peers = [
                KubeVIPPeer(address: address, asn: text("bgp_peeras") ?? "", hasPassword: text("bgp_peerpass") != nil)
            ]
        }
        guard !peers.isEmpty else { return draft.remark(subject, "names no BGP peer; add 'bgp.peers'") }
        let source = text("bgp_sourceip")
        let interface = source == nil ? text("bgp_sourceif") : nil
        let pieces = peers.enumerated().map { place, peer in
            peer.piece("peer-\(place + 1)", source: source, interface: interface, subject, &draft)
        }
        draft.bgp.append(.init("peers", .list(pieces)))
    }

    private func remarkOnRest(_ draft: inout Draft) {
        if isSet("cp_enable"), let address = text("address", "vip_address") {
            draft.remark(
                subject, "carries the control plane's address \(address); see examples/control-plane for that")
        }
        for (name, what) in [
            ("lb_enable", "balances by IPVS"), ("enable_node_labeling", "labels nodes"),
            ("egress_podcidr", "sends what pods send from their addresses"), ("vip_ddns", "uses dynamic DNS"),
            ("vip_wireguard", "uses WireGuard"), ("enable_service_security", "filters traffic"),
        ] where environment[name].map({ !["", "false"].contains($0.lowercased()) }) == true {
            draft.remark(subject, "\(what) (\(name)), which herald does not; left out")
        }
    }
}
