import BGP
import IPAM
import LoadBalancing
import NetworkTypes
import YAML

/// What must hold inside `bgp`, and between it and other keys.
enum BGPChecks {
    static func check(_ configuration: Configuration, _ root: Node, _ reading: inout Reading) {
        let bgp = configuration.bgp
        if configuration.modes.contains(.bgp) {
            if bgp.peers.isEmpty {
                reading.warn(
                    (root.mapping?.entry("bgp")?.key.mark ?? root["mode"]?.mark ?? root.mark),
                    "'bgp' names no peer, so only nodes with the annotation herald-lb.io/bgp-peers announce",
                    cure: "add 'bgp.peers: [{name: tor, address: 192.168.10.1, asn: 64500}]'")
            }
            if bgp.asn == nil {
                reading.warn(
                    (root.mapping?.entry("bgp")?.key.mark ?? root["mode"]?.mark ?? root.mark),
                    "'bgp.asn' is missing, so only nodes with the annotation herald-lb.io/bgp-asn announce",
                    cure: "add 'bgp.asn: 64512'")
            }
        }
        let peers = root["bgp"]?["peers"]?.sequence ?? []
        checkUnique(peers, "name", "two peers have the name", "rename one of them", &reading)
        checkUnique(peers, "address", "two peers have the address", "keep one of them", &reading)
        checkListening(bgp, peers, &reading)
        checkReferences(configuration, root, &reading)
    }

    /// Addresses are compared as addresses, not as text.
    private static func checkUnique(
        _ peers: [Node], _ key: String, _ what: String, _ cure: String, _ reading: inout Reading
    ) {
        var first: [String: Mark] = [:]
        for peer in peers {
            guard let node = peer[key], let text = node.scalar?.text else { continue }
            let place = IPAddress(text).map { $0.isLinkLocal ? peer["interface"]?.scalar?.text ?? "" : "" } ?? ""
            let identity = (IPAddress(text)?.description ?? text) + "%" + place
            if let mark = first[identity] {
                reading.error(node.mark, "\(what) \(quoted(text)), the first at \(mark)", cure: cure)
            } else {
                first[identity] = node.mark
            }
        }
    }

    private static func checkListening(_ bgp: BGPSettings, _ nodes: [Node], _ reading: inout Reading) {
        for (peer, node) in zip(bgp.peers, nodes) where !bgp.listen && (peer.connect ?? .active) != .active {
            reading.error(
                (node["connect"] ?? node).mark, "peer '\(peer.name)' is to dial, but herald does not listen",
                cure: "add 'bgp.listen: true' or write 'connect: active'")
        }
        for (peer, node) in zip(bgp.peers, nodes) {
            guard let own = peer.localASN ?? bgp.asn else { continue }
            let isInternal = own == peer.asn
            if isInternal, let key = node["multihop"] {
                reading.warn(
                    key.mark, "'multihop' only sets BFD's port, since peer '\(peer.name)' is of the same AS",
                    cure: "remove it unless BFD is spoken over several hops")
            }
            if isInternal, let key = node["role"] {
                reading.error(
                    key.mark, "'role' is for peers of other AS numbers, and '\(peer.name)' is of the same AS",
                    cure: "remove it")
            }
        }
    }

    /// Names of pools and peers that advertisements use.
    private static func checkReferences(_ configuration: Configuration, _ root: Node, _ reading: inout Reading) {
        let pools = configuration.pools.map(\.pool.name)
        let peers = configuration.bgp.peers.map(\.name)
        for node in root["bgp"]?["advertisements"]?.sequence ?? [] {
            checkNames(node["pools"]?.sequence ?? [], pools, "pool", &reading)
            checkNames(node["peers"]?.sequence ?? [], peers, "peer", &reading)
            if let hop = node["nextHop"]?.scalar.flatMap({ IPAddress($0.text) }),
                let peer = configuration.bgp.peers.first(where: { $0.address == hop })
            {
                reading.error(
                    node["nextHop"]?.mark ?? node.mark, "'nextHop' is the address of peer '\(peer.name)'",
                    cure: "write an address of this side")
            }
        }
    }

    private static func checkNames(_ names: [Node], _ known: [String], _ noun: String, _ reading: inout Reading) {
        let all = Set(known)
        for name in names {
            guard let text = name.scalar?.text, !all.contains(text) else { continue }
            var cure = "correct the name"
            if !reading.isFull {
                let some = known.prefix(20).joined(separator: ", ") + (known.count > 20 ? ", ..." : "")
                cure = NearestWord.nearest(to: text, among: known).map { "write '\($0)'" } ?? "write one of: \(some)"
            }
            reading.error(name.mark, "there is no \(noun) \(quoted(text))", cure: cure)
        }
    }

    /// Looks at one peer that could be read.
    static func checkPeer(_ peer: BGPPeerSettings, _ node: Node, _ reading: inout Reading) {
        let name = peer.name
        switch (peer.address, peer.interface) {
        case (nil, nil):
            reading.error(
                node.mark, "peer '\(name)' has neither an address nor an interface",
                cure: "add, for example, 'address: 192.168.10.1'")
        case (let address?, nil) where address.isLinkLocal && address.family == .ipv6:
            reading.error(
                (node["address"] ?? node).mark, "the link-local address \(address) needs an interface",
                cure: "add, for example, 'interface: eth0'")
        case (let address?, _?) where !address.isLinkLocal:
            reading.error(
                (node["interface"] ?? node).mark, "peer '\(name)' has an address that needs no interface",
                cure: "remove 'interface', or 'address' to find the peer on the interface")
        default: break
        }
        if peer.ttlSecurity, peer.multihop != nil {
            reading.error(
                (node["multihop"] ?? node).mark, "'multihop' and 'ttlSecurity' exclude each other",
                cure: "remove one of them")
        }
        if let address = peer.address, let source = peer.source, address.family != source.family {
            reading.error(
                (node["source"] ?? node).mark, "'source' is \(source.family.rawValue), the peer's address is not",
                cure: "write an address of the peer's family")
        }
        if peer.sourceInterface != nil, peer.source != nil || peer.interface != nil {
            let other = peer.source == nil ? "interface" : "source"
            reading.error(
                (node["sourceInterface"] ?? node).mark, "'sourceInterface' and '\(other)' exclude each other",
                cure: "remove one of them")
        }
        if peer.families.isEmpty || Set(peer.families).count != peer.families.count {
            reading.error(
                (node["families"] ?? node).mark, "'families' must name ipv4, ipv6 or both, each once",
                cure: "write, for example, [ipv4, ipv6]")
        }
        if peer.requireRole, peer.role == nil {
            reading.error(
                (node["requireRole"] ?? node).mark, "'requireRole' needs a role of this side", cure: "add 'role'")
        }
        if let time = peer.gracefulRestart, time.components.attoseconds != 0 {
            reading.error(
                (node["gracefulRestart"] ?? node).mark, "'gracefulRestart' must be whole seconds",
                cure: "write, for example, 120s")
        }
        if peer.localASN == nil, let key = node["showRealASN"] {
            reading.warn(key.mark, "'showRealASN' does nothing without 'localASN'", cure: "remove it")
        }
    }
}
