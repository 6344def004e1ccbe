extension StatusDocument {
    /// What BGP is doing on the node.
    public struct BGP: Codable, Hashable, Sendable {
        /// One peer and the session with it.
        public struct Peer: Codable, Hashable, Sendable {
            /// As the configuration names it.
            public var name: String
            /// In canonical text (RFC 5952 for IPv6); `on` and the interface for a peer whose address is not known yet.
            public var address: String
            /// The AS number that the peer is to have.
            public var asn: UInt32
            /// A word of RFC 4271 section 8, or `Unusable` when a session cannot even be tried, or `Drained` while the
            /// node is kept out of work.
            public var state: String
            /// Why it is so.
            public var reason: String
            /// Since when the session has been in this state; nil when it cannot even be tried.
            public var since: String?
            /// What went wrong last, with the codes of RFC 4271.
            public var lastError: String?
            /// When that was, whether or not the session has recovered since; nil when nothing went wrong.
            public var lastErrorAt: String?
            /// The AS number that the peer sees.
            public var localASN: UInt32?
            /// Seconds, as agreed.
            public var holdTime: UInt16?
            /// Since the session was made, as all counts here; a lost connection does not begin them anew.
            public var timesEstablished: UInt64 = 0
            /// Messages by type.
            public var sent: [String: UInt64] = [:]
            /// Messages by type.
            public var received: [String: UInt64] = [:]
            /// Prefixes that the peer has announced, each time that one was; none is kept.
            public var receivedPrefixes: UInt64 = 0
            /// UPDATEs whose routes were treated as withdrawn (RFC 7606).
            public var treatedAsWithdraw: UInt64 = 0
            /// Attributes that were discarded (RFC 7606).
            public var discardedAttributes: UInt64 = 0
            /// Routes that the peer has, by family.
            public var advertised: [String: Int] = [:]
            /// Whether the routes carry GRACEFUL_SHUTDOWN.
            public var isShuttingDown = false
            /// Nil when the path is not watched.
            public var bfd: BFD?

            /// A peer of which nothing more is known; the rest is set one by one.
            public init(name: String, address: String, asn: UInt32, state: String, reason: String) {
                self.name = name
                self.address = address
                self.asn = asn
                self.state = state
                self.reason = reason
            }
        }

        /// How the path to a peer is.
        public struct BFD: Codable, Hashable, Sendable {
            /// A word of RFC 5880 section 6.2.
            public var state: String
            /// Whether the peer may be behind routers (RFC 5883).
            public var isMultihop: Bool
            /// Since when it has been in this state; nil when no session could be begun.
            public var since: String?
            /// Why it was last down, in words (RFC 5880 section 4.1); nil for no diagnostic.
            public var diagnostic: String?
            /// Why no session could be begun.
            public var failure: String?
            /// Between the peer's packets, as measured.
            public var intervalMilliseconds: Double?
            /// How long the peer may be silent.
            public var detectionMilliseconds: Double?
            /// Packets of the peer that were taken.
            public var received: UInt64 = 0
            /// Packets that the socket has taken.
            public var sent: UInt64 = 0

            /// A path of which nothing more is known; the rest is set one by one.
            public init(state: String, isMultihop: Bool) {
                self.state = state
                self.isMultihop = isMultihop
            }
        }

        /// A route that a peer has.
        public struct Route: Codable, Hashable, Sendable {
            /// The name of the peer that has it.
            public var peer: String
            /// `network/length`.
            public var prefix: String
            /// The standard ones (RFC 1997), then the large ones (RFC 8092).
            public var communities: [String]
            /// LOCAL_PREF as it was asked for; only iBGP peers are told.
            public var localPreference: UInt32?
            /// MULTI_EXIT_DISC; nil for none.
            public var med: UInt32?
            /// How often the AS is repeated in the path, beyond the once that is due; eBGP only.
            public var prepend: UInt8

            /// Takes attributes as they were asked for, whether or not the peer's kind of session carries them.
            public init(
                peer: String, prefix: String, communities: [String], localPreference: UInt32?, med: UInt32?,
                prepend: UInt8
            ) {
                self.peer = peer
                self.prefix = prefix
                self.communities = communities
                self.localPreference = localPreference
                self.med = med
                self.prepend = prepend
            }
        }

        /// The AS number of this node, whatever a peer sees; nil when no session can be tried.
        public var asn: UInt32?
        /// The BGP identifier (RFC 6286) in the form of an IPv4 address; nil when no session can be tried.
        public var routerID: String?
        /// By name; those that cannot even be tried are among them.
        public var peers: [Peer]
        /// Why this node announces nothing.
        public var obstacle: String?
        /// What cannot be listened on, a sentence each.
        public var problems: [String] = []
        /// BFD packets that belonged to no session or broke a rule.
        public var rejectedBFDPackets: UInt64 = 0

        /// Without an obstacle or a problem; the rest is set one by one.
        public init(peers: [Peer]) {
            self.peers = peers
        }
    }
}
