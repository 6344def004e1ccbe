public import BGP
public import NetworkTypes

/// One of `bgp.peers`.
public struct BGPPeerSettings: Hashable, Sendable {
    /// Who dials.
    public enum Connect: String, Hashable, Sendable, CaseIterable {
        case active, passive, both
    }

    /// Whether BFD watches the path.
    public enum BFDUse: Hashable, Sendable {
        case off
        /// Its loss ends the session.
        case on
        /// No session without it.
        case required
    }

    /// Routes of one kind of address.
    public enum Family: String, Hashable, Sendable, CaseIterable {
        case ipv4, ipv6
    }

    /// What the peer is called; unique.
    public var name: String
    /// The peer's address; nil for one that is found on `interface`.
    public var address: IPAddress?
    /// The link that a link-local address is on, or on which the peer is found.
    public var interface: String?
    /// The peer's AS number.
    public var asn: ASN
    /// The port that is dialled.
    public var port = 179
    /// The nodes that have this peer.
    public var nodes = BGPNodes()
    /// Who dials; nil is `active`, or `both` where `bgp.listen` is on.
    public var connect: Connect?
    /// The address to speak from; nil leaves it to the system.
    public var source: IPAddress?
    /// The interface whose address to speak from.
    public var sourceInterface: String?
    /// Where the TCP MD5 key is.
    public var passwordFile: String?
    /// Whole seconds: 0, or 3 to 65535.
    public var holdTime = Duration.seconds(90)
    /// Between two dials that fail.
    public var connectRetry = Duration.seconds(5)
    /// Whether packets that have passed a router are dropped (GTSM).
    public var ttlSecurity = false
    /// Routers that packets may pass on the way to an external peer; nil for one on the link.
    public var multihop: Int?
    /// Routes that are exchanged.
    public var families: [Family] = [.ipv4, .ipv6]
    /// Whether the peer must exchange all of `families`.
    public var requireFamilies = false
    /// How long the peer keeps routes over a restart of this side; nil is not to ask for it.
    public var gracefulRestart: Duration?
    /// Whether BFD watches the path.
    public var bfd = BFDUse.off
    /// Another AS number that the peer sees.
    public var localASN: ASN?
    /// Whether the path shows the real number behind `localASN`.
    public var showRealASN = true
    /// What this side is to the peer (RFC 9234).
    public var role: BGPRole?
    /// Whether the peer must say a role too.
    public var requireRole = false
    /// Whether IPv6 next hops for IPv4 routes are offered; nil where the session is over IPv6.
    public var extendedNextHop: Bool?
    /// Prefixes of a family that the peer may send before the session ends.
    public var maximumPrefixes: Int?

    /// Every default but those that have none.
    public init(name: String = "", address: IPAddress? = nil, asn: ASN = ASN(0)) {
        self.name = name
        self.address = address
        self.asn = asn
    }
}

/// The roles of RFC 9234 as the file names them.
public enum BGPRole: String, Hashable, Sendable, CaseIterable {
    case provider
    case routeServer
    case routeServerClient
    case customer
    case peer

    /// As the protocol has it.
    public var role: Role {
        switch self {
        case .provider: .provider
        case .routeServer: .routeServer
        case .routeServerClient: .routeServerClient
        case .customer: .customer
        case .peer: .peer
        }
    }
}

/// One of `bgp.advertisements`.
public struct AdvertisementSettings: Hashable, Sendable {
    /// Names of pools; none is every pool.
    public var pools: [String] = []
    /// Names of peers; none is every peer.
    public var peers: [String] = []
    /// The nodes that advertise so.
    public var nodes = BGPNodes()
    /// Marks on the routes.
    public var communities: [CommunityText] = []
    /// LOCAL_PREF for internal peers.
    public var localPreference: Int?
    /// MULTI_EXIT_DISC.
    public var med: Int?
    /// How often the AS number is repeated in the path.
    public var prepend = 0
    /// Length of the IPv4 prefixes that are advertised.
    public var aggregationLength = 32
    /// Length of the IPv6 prefixes that are advertised.
    public var aggregationLengthV6 = 128
    /// Instead of this node's own address.
    public var nextHop: IPAddress?

    /// Everything to everyone.
    public init() {}
}

/// A community as it is written: of four octets, by a well-known name, extended, or large.
public enum CommunityText: Hashable, Sendable {
    case standard(Community)
    case extended(ExtendedCommunity)
    case large(LargeCommunity)
}
