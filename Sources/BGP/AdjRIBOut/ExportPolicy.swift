public import NetworkTypes

/// How routes are shown to one peer, apart from what its session agrees to.
public struct ExportPolicy: Hashable, Sendable {
    /// Another AS number that this peer sees (RFC 7705).
    public struct LocalAS: Hashable, Sendable {
        /// The number in the OPEN and first in the path.
        public var asn: ASN
        /// Whether the path shows the real number behind it.
        public var showsRealASN: Bool

        /// By default the path is `local-as real-as`.
        public init(_ asn: ASN, showsRealASN: Bool = true) {
            self.asn = asn
            self.showsRealASN = showsRealASN
        }
    }

    /// Addresses of this node that the peer can send packets to.
    public struct NextHops: Hashable, Sendable {
        /// IPv4, if there is one.
        public var ipv4: IPAddress?
        /// Global IPv6, if there is one.
        public var ipv6: IPAddress?
        /// Link-local IPv6 on the interface towards the peer; only for a peer on the same link.
        public var linkLocal: IPAddress?

        /// What is not given is not there.
        public init(ipv4: IPAddress? = nil, ipv6: IPAddress? = nil, linkLocal: IPAddress? = nil) {
            self.ipv4 = ipv4
            self.ipv6 = ipv6
            self.linkLocal = linkLocal
        }
    }

    /// This side's own AS number.
    public var asn: ASN
    /// What the peer sees instead.
    public var localAS: LocalAS?
    /// What this side is to the peer (RFC 9234).
    public var role: Role?
    /// The peer's address: never a next hop, and its family is the session's.
    public var peerAddress: IPAddress
    /// Where the peer sends packets.
    public var nextHops: NextHops
    /// Whether traffic is about to leave: GRACEFUL_SHUTDOWN on every route, least preference for iBGP (RFC 8326).
    public var isShuttingDown = false

    /// The policy of an ordinary peer.
    public init(asn: ASN, peerAddress: IPAddress, nextHops: NextHops) {
        self.asn = asn
        self.peerAddress = peerAddress
        self.nextHops = nextHops
    }
}
