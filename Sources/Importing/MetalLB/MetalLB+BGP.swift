import YAML

extension MetalLB {
    func writePeers(to draft: inout Draft) {
        guard !peers.isEmpty else { return }
        let own = peers.compactMap { $0.spec.text("myASN", "my-asn") }
        if let asn = own.first { draft.bgp.append(.init("asn", .number(asn))) }
        let identifiers = Set(peers.map { $0.spec.text("routerID", "router-id") ?? "" })
        if let identifier = identifiers.first, identifiers.count == 1, !identifier.isEmpty {
            draft.remark(
                "bgp.routerID", "is the same on every node that has this file; leave it out unless there is one")
            draft.bgp.append(.init("routerID", .text(identifier)))
        } else if identifiers.count > 1 {
            draft.remark("BGPPeer", "they differ in their router IDs; herald has one, by default the node's address")
        }
        if let bfd = bfd(&draft) { draft.bgp.append(.init("bfd", bfd)) }
        draft.bgp.append(.init("peers", .list(peers.map { piece($0, own.first, &draft) })))
    }

    private func piece(_ peer: Peer, _ asn: String?, _ draft: inout Draft) -> Piece {
        let spec = peer.spec
        var fields: [Piece.Field] = [.init("name", .text(peer.name))]
        if let address = spec.text("peerAddress", "peer-address") { fields.append(.init("address", .text(address))) }
        if let name = spec.text("interface") { fields.append(.init("interface", .text(name))) }
        if let number = spec.text("peerASN", "peer-asn"), number != "0" {
            fields.append(.init("asn", .number(number)))
        } else if spec.text("dynamicASN") == "internal", let asn {
            fields.append(.init("asn", .number(asn)))
        } else {
            draft.remark(peer.subject, "names no AS number of the peer; write it as 'asn'")
        }
        if let port = spec.number("peerPort", "peer-port"), port != 179 {
            fields.append(.init("port", .plain(String(port))))
        }
        if let source = spec.text("sourceAddress", "source-address") { fields.append(.init("source", .text(source))) }
        if let time = spec.text("holdTime", "hold-time") { fields.append(.init("holdTime", .text(time))) }
        if let time = spec.text("connectTime", "connect-time") { fields.append(.init("connectRetry", .text(time))) }
        if spec.flag("ebgpMultiHop", "ebgp-multihop") == true { fields.append(.init("multihop", .plain("255"))) }
        if spec.flag("enableGracefulRestart") == true { fields.append(.init("gracefulRestart", .plain("120s"))) }
        if spec.text("bfdProfile", "bfd-profile") != nil { fields.append(.init("bfd", .plain("true"))) }
        if let own = spec.text("myASN", "my-asn"), own != asn { fields.append(.init("localASN", .number(own))) }
        if let password = password(peer, &draft) { fields.append(.init("passwordFile", .text(password))) }
        let selectors = spec.list("nodeSelectors", "node-selectors").map(SourceSelector.init)
        if let nodes = Self.nodes(selectors, peer.subject, &draft) { fields.append(.init("nodes", nodes)) }
        remarkOnRest(peer, &draft)
        return .mapping(fields)
    }

    /// Where the password is to be; never the password itself.
    private func password(_ peer: Peer, _ draft: inout Draft) -> String? {
        let file = "/etc/herald/\(peer.name)"
        if let secret = peer.spec["passwordSecret"]?.text("name") {
            draft.remark(
                peer.subject,
                "its password is in the Secret '\(secret)'; copy it to herald's namespace and give the chart  "
                    + "secretFiles: [{secret: \(secret), key: password, path: \(peer.name)}]")
            return file
        }
        guard peer.spec.text("password") != nil else { return nil }
        draft.remark(peer.subject, "write its password to the file \(file), mode 0600, or to a Secret (secretFiles)")
        return file
    }

    private func remarkOnRest(_ peer: Peer, _ draft: inout Draft) {
        let spec = peer.spec
        if let vrf = spec.text("vrf") {
            draft.remark(peer.subject, "speaks in the VRF '\(vrf)', which herald cannot; left out")
        }
        if spec.text("keepaliveTime", "keepalive-time") != nil {
            draft.remark(peer.subject, "its keepalive time is left out; herald takes a third of the hold time")
        }
        if spec.flag("disableMP") == true || spec.flag("dualStackAddressFamily") == false,
            let address = spec.text("peerAddress", "peer-address")
        {
            let family = address.contains(":") ? "ipv6" : "ipv4"
            draft.remark(peer.subject, "exchanges routes of its own family alone: add  families: [\(family)]  for that")
        }
    }

    // MARK: BFD

    private func bfd(_ draft: inout Draft) -> Piece? {
        var names: [String] = []
        for name in peers.compactMap({ $0.spec.text("bfdProfile", "bfd-profile") }) where !names.contains(name) {
            names.append(name)
        }
        guard let name = names.first else { return nil }
        if names.count > 1 {
            draft.remark("BFDProfile", "peers use \(names.count) of them; herald has one, and '\(name)' was taken")
        }
        guard let profile = profiles[name] else {
            draft.remark("BFDProfile/\(name)", "is used and not among what was read; herald's defaults hold")
            return nil
        }
        let receive = profile.number("receiveInterval", "receive-interval") ?? 300
        let transmit = profile.number("transmitInterval", "transmit-interval") ?? 300
        if receive != transmit {
            draft.remark(
                "BFDProfile/\(name)", "has two intervals; herald has one for both ways, and the longer was taken")
        }
        var fields: [Piece.Field] = [.init("interval", .plain("\(max(receive, transmit))ms"))]
        let multiplier = profile.number("detectMultiplier", "detect-multiplier") ?? 3
        if multiplier != 3 { fields.append(.init("multiplier", .plain(String(multiplier)))) }
        if profile.flag("passiveMode", "passive-mode") == true { fields.append(.init("passive", .plain("true"))) }
        if let ttl = profile.number("minimumTtl", "minimum-ttl") {
            fields.append(.init("minimumTTL", .plain(String(ttl))))
        }
        if profile.flag("echoMode", "echo-mode") == true {
            draft.remark("BFDProfile/\(name)", "uses echo packets, which herald does not; left out")
        }
        return .mapping(fields)
    }

    // MARK: Advertisements

    func writeAdvertisements(to draft: inout Draft) {
        var made: [Piece] = []
        var covered: Set<String> = []
        for advertisement in bgp {
            let names = pools.filter(advertisement.covers).map(\.name)
            for name in names where !covered.insert(name).inserted {
                draft.remark(
                    advertisement.subject,
                    "is not the first for the pool '\(name)'; of several that fit herald takes the first, and sends no "
                        + "second prefix")
            }
            let isForAll = advertisement.pools.isEmpty && advertisement.selectors.isEmpty
            var fields: [Piece.Field] = isForAll ? [] : [.init("pools", .texts(names))]
            if !isForAll, names.isEmpty { continue }
            fields += attributes(advertisement)
            if let nodes = Self.nodes(
                advertisement.spec.list("nodeSelectors").map(SourceSelector.init), advertisement.subject, &draft)
            {
                fields.append(.init("nodes", nodes))
            }
            made.append(.mapping(fields))
        }
        // One that says nothing is what herald does without any.
        if made.count == 1, case .mapping(let only) = made[0], only.isEmpty { return }
        if !made.isEmpty { draft.bgp.append(.init("advertisements", .list(made))) }
    }

    private func attributes(_ advertisement: Advertisement) -> [Piece.Field] {
        let spec = advertisement.spec
        var fields: [Piece.Field] = []
        let peers = spec.texts("peers")
        if !peers.isEmpty { fields.append(.init("peers", .texts(peers))) }
        let named = spec.texts("communities").map { communities[$0] ?? $0 }
        let values = named.map { $0.hasPrefix("large:") ? String($0.dropFirst(6)) : $0 }
        if !values.isEmpty { fields.append(.init("communities", .texts(values))) }
        if let preference = spec.number("localPref", "localpref"), preference != 0 {
            fields.append(.init("localPreference", .plain(String(preference))))
        }
        if let length = spec.number("aggregationLength", "aggregation-length"), length != 32 {
            fields.append(.init("aggregationLength", .plain(String(length))))
        }
        if let length = spec.number("aggregationLengthV6", "aggregation-length-v6"), length != 128 {
            fields.append(.init("aggregationLengthV6", .plain(String(length))))
        }
        return fields
    }
}
