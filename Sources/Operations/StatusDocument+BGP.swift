extension StatusDocument {
    /// What BGP is doing on the node.
    public struct BGP: Codable, Hashable, Sendable {
        /// One peer and the session with it.
        public struct Peer: Codable, Hashable, Sendable {
            public var name: String
            public var address: String
            public var asn: UInt32
            /// A word of RFC 4271 section 8, or `Unusable` when a session cannot even be tried.
            public var state: String
            /// Why it is so.
            public var reason: String
            public var since: String?
            /// What went wrong last, with the codes of RFC 4271.
            public var lastError: String?
            public var lastErrorAt: String?
            /// The AS number that the peer sees.
            public var localASN: UInt32?
            /// Seconds, as agreed.
            public var holdTime: UInt16?
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
            public var bfd: BFD?

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
            public var isMultihop: Bool
            public var since: String?
            public var diagnostic: String?
            /// Why no session could be begun.
            public var failure: String?
            /// Between the peer's packets, as measured.
            public var intervalMilliseconds: Double?
            /// How long the peer may be silent.
            public var detectionMilliseconds: Double?
            public var received: UInt64 = 0
            public var sent: UInt64 = 0

            public init(state: String, isMultihop: Bool) {
                self.state = state
                self.isMultihop = isMultihop
            }
        }

        /// A route that a peer has.
        public struct Route: Codable, Hashable, Sendable {
            public var peer: String
            public var prefix: String
            public var communities: [String]
            public var localPreference: UInt32?
            public var med: UInt32?
            public var prepend: UInt8

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

        public var asn: UInt32?
        public var routerID: String?
        public var peers: [Peer]
        /// Why this node announces nothing.
        public var obstacle: String?
        /// What cannot be listened on, a sentence each.
        public var problems: [String] = []
        /// BFD packets that belonged to no session or broke a rule.
        public var rejectedBFDPackets: UInt64 = 0

        public init(peers: [Peer]) {
            self.peers = peers
        }
    }
}
