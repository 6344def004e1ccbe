import BFD
import BGP
import Configuration
import LoadBalancing
import Netlink
import NetworkTypes
import PacketLoop

/// Which peers this node has, and how it speaks with them: a pure function of configuration, node and host.
struct PeerPlan {
    let settings: BGPSettings
    /// Names of all pools whose addresses BGP may announce.
    let pools: [String]
    /// This node as the cluster sees it; nil where the source knows of no nodes.
    let node: NodeFacts?
    let host: HostAddresses
    /// What was read from password files.
    let keys: [String: Result<TCPMD5Key, Obstacle>]
    /// Neighbours that were found on interfaces.
    let neighbours: [String: IPAddress]
    /// The identifier that sessions already use, which is kept where nothing else is asked for.
    let formerIdentifier: RouterID?

    private(set) var specs: [PeerSpec] = []
    private(set) var idle: [IdlePeer] = []
    /// What is wrong with this node as a whole.
    private(set) var obstacle: Obstacle?

    init(
        settings: BGPSettings, pools: [String], node: NodeFacts?, host: HostAddresses,
        keys: [String: Result<TCPMD5Key, Obstacle>], neighbours: [String: IPAddress] = [:],
        formerIdentifier: RouterID? = nil
    ) {
        self.settings = settings
        self.pools = pools
        self.node = node
        self.host = host
        self.keys = keys
        self.neighbours = neighbours
        self.formerIdentifier = formerIdentifier
        make()
    }

    private mutating func make() {
        let labels = node?.labels ?? [:]
        let wishes: NodeWishes
        do throws(Obstacle) {
            wishes = try NodeWishes(node)
        } catch {
            return obstacle = error
        }
        let configured = settings.peers.filter { $0.nodes.contains(labels: labels) }
        // Two sessions with one peer would end each other in turn; the configuration says more of it than the node.
        let wished = wishes.peers.filter { wish in !configured.contains { $0.address == wish.address } }
        let peers = configured + wished
        guard !peers.isEmpty else {
            return obstacle = Obstacle(
                reason: "NoPeer",
                sentence: "no peer of bgp.peers is meant for this node; add one, or a label to the node")
        }
        guard let asn = wishes.asn ?? settings.asn else {
            return obstacle = Obstacle(
                reason: "NoASN",
                sentence: "this node has no AS number; set bgp.asn or the node's annotation \(NodeWishes.asnKey)")
        }
        let automatic = formerIdentifier ?? host.identifier(towards: peers.compactMap(\.address))
        guard let identifier = wishes.identifier ?? settings.routerID ?? automatic else {
            return obstacle = Obstacle(
                reason: "NoRouterID", sentence: "this node has no address to take its identifier from; set bgp.routerID"
            )
        }
        for peer in peers {
            do throws(Obstacle) {
                let new = try spec(peer, asn, identifier, labels)
                try refuseSecond(new)
                specs.append(new)
            } catch {
                let address = peer.address?.description ?? "on \(peer.interface ?? "")"
                idle.append(IdlePeer(name: peer.name, address: address, asn: peer.asn, obstacle: error))
            }
        }
    }

    /// That two peers are one router is seen only here: it may be found on an interface, and they may be meant for
    /// different nodes. Of two sessions with it each would end the other.
    private func refuseSecond(_ new: PeerSpec) throws(Obstacle) {
        guard let first = specs.first(where: { $0.transport.leadsToPeer(of: new.transport) }) else { return }
        throw Obstacle(
            reason: "SamePeer",
            sentence: "peer \(new.name) is the router that peer \(first.name) speaks with; "
                + "remove one, or set nodes for each")
    }

    private func spec(
        _ peer: BGPPeerSettings, _ asn: ASN, _ identifier: RouterID, _ labels: [String: String]
    ) throws(Obstacle) -> PeerSpec {
        let remote = try remote(of: peer)
        let source = try source(of: peer, towards: remote.address)
        let localASN = peer.localASN ?? asn
        let isInternal = localASN == peer.asn
        var transport = PeerSpec.Transport(
            remote: remote, source: source, key: try key(of: peer), hopLimit: 1, minimumHopLimit: nil)
        if peer.ttlSecurity {
            transport.hopLimit = 255
            transport.minimumHopLimit = 255
        } else if let hops = peer.multihop {
            transport.hopLimit = UInt8(clamping: hops)
        } else if isInternal {
            transport.hopLimit = 64
        }
        var policy = ExportPolicy(asn: asn, peerAddress: remote.address, nextHops: .init())
        if let local = peer.localASN { policy.localAS = .init(local, showsRealASN: peer.showRealASN) }
        policy.role = isInternal ? nil : peer.role?.role
        var spec = PeerSpec(
            name: peer.name, transport: transport,
            session: session(peer, remote.address, localASN, identifier), policy: policy)
        if peer.bfd != .off { spec.detection = detection(peer, remote, from: source) }
        addShapes(to: &spec, labels)
        return spec
    }

    private func remote(of peer: BGPPeerSettings) throws(Obstacle) -> SocketAddress {
        let port = UInt16(clamping: peer.port)
        guard let interface = peer.interface else {
            guard let address = peer.address else {
                throw Obstacle(reason: "NoAddress", sentence: "peer \(peer.name) has no address")
            }
            return SocketAddress(address, port: port)
        }
        guard let index = host.indexes[interface] else {
            throw Obstacle(
                reason: "NoInterface",
                sentence: "this node has no interface \(interface); name another one, or set nodes for the peer")
        }
        guard let address = peer.address ?? neighbours[interface] else {
            throw Obstacle(
                reason: "NoNeighbour",
                sentence: "no router has announced itself on \(interface) yet; switch router advertisements on there")
        }
        // Only a link-local address belongs to a link; what a global one sends comes without.
        return SocketAddress(address, port: port, scope: address.isLinkLocal ? UInt32(bitPattern: index.number) : 0)
    }

    private func source(of peer: BGPPeerSettings, towards remote: IPAddress) throws(Obstacle) -> IPAddress? {
        guard let interface = peer.sourceInterface else { return peer.source }
        if let address = host.address(on: interface, towards: remote) { return address }
        throw Obstacle(
            reason: "NoSourceAddress",
            sentence: "this node has no \(remote.family.rawValue) address on \(interface) to speak from; "
                + "add one, name another sourceInterface, or set nodes for the peer")
    }

    private func key(of peer: BGPPeerSettings) throws(Obstacle) -> TCPMD5Key? {
        guard let file = peer.passwordFile else { return nil }
        switch keys[file] {
        case .success(let key): return key
        case .failure(let obstacle): throw obstacle
        case nil: throw Obstacle(reason: "Pending", sentence: "\(file) is being read")
        }
    }

    private func session(
        _ peer: BGPPeerSettings, _ address: IPAddress, _ localASN: ASN, _ identifier: RouterID
    ) -> BGP.SessionConfiguration {
        var session = BGP.SessionConfiguration(
            localASN: localASN, peerASN: peer.asn, identifier: identifier,
            families: Set(peer.families.map { $0 == .ipv4 ? .ipv4 : .ipv6 }))
        if peer.requireFamilies { session.requiredFamilies = session.families }
        session.holdTime = HoldTime(seconds: UInt16(clamping: peer.holdTime.components.seconds)) ?? .standard
        session.mode =
            switch peer.connect ?? (settings.listen ? .both : .active) {
            case .active: .active
            case .passive: .passive
            case .both: .both
            }
        session.offersExtendedNextHop = peer.extendedNextHop ?? (address.family == .ipv6)
        session.role = peer.role?.role
        session.requiresRole = peer.requireRole
        session.timing.connectRetry = peer.connectRetry
        session.timing.idleHold = peer.connectRetry
        if let time = peer.gracefulRestart {
            var restart = BGP.SessionConfiguration.GracefulRestart()
            restart.restartTime = UInt16(clamping: time.components.seconds)
            session.gracefulRestart = restart
        }
        if let limit = peer.maximumPrefixes {
            let limit = PrefixLimit(count: UInt32(clamping: limit), endsSession: true)
            for family in session.families { session.prefixLimits[family] = limit }
        }
        session.bfd =
            switch peer.bfd {
            case .off: .ignored
            case .on: .followed
            case .required: .required
            }
        return session
    }

    private func detection(
        _ peer: BGPPeerSettings, _ remote: SocketAddress, from source: IPAddress?
    ) -> PeerSpec.Detection {
        let bfd = settings.bfd
        return PeerSpec.Detection(
            remote: remote.address, scope: remote.scope, source: source,
            rule: peer.multihop == nil ? .singleHop : .multihop(minimumTTL: UInt8(clamping: bfd.minimumTTL)),
            configuration: BFD.SessionConfiguration(
                transmitInterval: bfd.interval, receiveInterval: bfd.interval,
                multiplier: UInt8(clamping: bfd.multiplier), role: bfd.passive ? .passive : .active))
    }

    // MARK: Listening

    /// Peers that may dial.
    var accepting: [PeerSpec] { specs.filter { $0.session.mode != .active } }

    /// Families all of whose peers that may dial send with a hop limit of 255.
    var nearbyFamilies: Set<AddressFamily> {
        let families = Set(accepting.map(\.transport.remote.address.family))
        return families.filter { family in
            accepting.allSatisfy {
                $0.transport.remote.address.family != family || $0.transport.minimumHopLimit == 255
            }
        }
    }

    // MARK: Advertisements

    private func addShapes(to spec: inout PeerSpec, _ labels: [String: String]) {
        guard !settings.advertisements.isEmpty else {
            spec.shapeOutOfPools = PeerSpec.Shape()
            for pool in pools { spec.shapes[pool] = PeerSpec.Shape() }
            return
        }
        let fitting = settings.advertisements.filter {
            ($0.peers.isEmpty || $0.peers.contains(spec.name)) && $0.nodes.contains(labels: labels)
        }
        for pool in pools {
            spec.shapes[pool] = fitting.first { $0.pools.isEmpty || $0.pools.contains(pool) }.map(Self.shape)
        }
        spec.shapeOutOfPools = fitting.first { $0.pools.isEmpty }.map(Self.shape)
    }

    private static func shape(_ advertisement: AdvertisementSettings) -> PeerSpec.Shape {
        var shape = PeerSpec.Shape()
        shape.attributes.prepends = UInt8(clamping: advertisement.prepend)
        shape.attributes.multiExitDiscriminator = advertisement.med.map { UInt32(clamping: $0) }
        shape.attributes.localPreference = advertisement.localPreference.map { UInt32(clamping: $0) }
        shape.attributes.nextHop = advertisement.nextHop
        for community in advertisement.communities {
            switch community {
            case .standard(let community): shape.attributes.communities.append(community)
            case .extended(let community): shape.attributes.extendedCommunities.append(community)
            case .large(let community): shape.attributes.largeCommunities.append(community)
            }
        }
        shape.lengths = [.ipv4: advertisement.aggregationLength, .ipv6: advertisement.aggregationLengthV6]
        return shape
    }
}
