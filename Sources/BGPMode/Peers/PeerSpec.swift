import BFD
import BGP
import LoadBalancing
import NetworkTypes
import PacketLoop

/// Everything about one peer that the drivers need, worked out from configuration, node and host.
struct PeerSpec: Hashable, Sendable {
    /// How packets get to the peer.
    struct Transport: Hashable, Sendable {
        var remote: SocketAddress
        var source: IPAddress?
        var key: TCPMD5Key?
        var hopLimit: UInt8
        var minimumHopLimit: UInt8?

        /// Whether both lead to one router, which has one session, whatever the port.
        func leadsToPeer(of other: Transport) -> Bool {
            remote.address == other.remote.address && remote.scope == other.remote.scope
        }
    }

    /// How the path to the peer is watched.
    struct Detection: Hashable, Sendable {
        var remote: IPAddress
        var scope: UInt32
        var source: IPAddress?
        var rule: ReceptionRule
        var configuration: BFD.SessionConfiguration

        /// What the peer's first packets are told by.
        var path: Demultiplexer<Int>.Path { Self.path(remote, scope: scope) }

        /// A peer has one address, so that is enough to find its session; a link-local one counts on its link.
        static func path(_ peer: IPAddress, scope: UInt32) -> Demultiplexer<Int>.Path {
            .init(peer: peer, local: SocketAddress.any(peer.family).address, interface: scope == 0 ? nil : scope)
        }
    }

    /// How the routes of one pool are shown to the peer.
    struct Shape: Hashable, Sendable {
        var attributes = RouteAttributes()
        var lengths: [AddressFamily: Int] = [.ipv4: 32, .ipv6: 128]

        /// The prefix that an address is advertised in.
        func prefix(of address: IPAddress) -> CIDR {
            CIDR(containing: address, prefixLength: lengths[address.family] ?? address.family.bitWidth)
                ?? CIDR(address)
        }
    }

    var name: String
    var transport: Transport
    var session: BGP.SessionConfiguration
    var policy: ExportPolicy
    var detection: Detection?
    /// Shapes of pools; one of the configuration's pools that is not named here is not advertised to the peer.
    var shapes: [String: Shape] = [:]
    /// Shapes of pools that the configuration has no more, while addresses have the name of one.
    var formerShapes: [String: Shape] = [:]
    /// For addresses that are out of every pool. What fits these fits every pool: with it, `shapes` names them all.
    var shapeOutOfPools: Shape?

    /// How addresses of a pool are shown; nil when they are not.
    ///
    /// Addresses of a pool that was renamed or split have its old name until they are planned anew. Meanwhile they are
    /// shown as before, or to a peer that never had them as out of every pool, rather than withdrawn.
    func shape(ofPool pool: String?) -> Shape? {
        pool.flatMap { shapes[$0] ?? formerShapes[$0] } ?? shapeOutOfPools
    }

    /// Whether addresses of every pool are shown as by the other.
    func hasShapes(of other: PeerSpec) -> Bool {
        shapes == other.shapes && formerShapes == other.formerShapes && shapeOutOfPools == other.shapeOutOfPools
    }

    /// All prefixes that an address may be advertised in, by the pool that it is of.
    func prefixes(of address: IPAddress) -> Set<CIDR> {
        var prefixes = Set(shapes.values.map { $0.prefix(of: address) })
        for shape in formerShapes.values { prefixes.insert(shape.prefix(of: address)) }
        if let shape = shapeOutOfPools { prefixes.insert(shape.prefix(of: address)) }
        return prefixes
    }
}

/// A peer that cannot be spoken with as things are, and why.
struct IdlePeer: Hashable, Sendable {
    var name: String
    var address: String
    var asn: ASN
    var obstacle: Obstacle
}
