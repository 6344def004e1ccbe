import BFD
public import BGP
public import LoadBalancing
public import NetworkTypes

/// What BGP is doing on this node, for people to look at.
public struct BGPReport: Sendable {
    /// One peer.
    public struct Peer: Sendable {
        /// As the configuration names it.
        public var name: String
        /// Where it is, as text.
        public var address: String
        /// The AS number that the peer is to have.
        public var asn: ASN
        /// A word of RFC 4271 section 8, or `Unusable` when the session cannot even be tried, or `Drained` while the
        /// node is kept out of work.
        public var state: String
        /// Why it is so.
        public var reason: String
        /// Since when the session has been in this state; nil when it cannot even be tried.
        public var since: MonotonicTime?
        /// The last thing that went wrong, with the codes of RFC 4271.
        public var lastError: String?
        /// When that was, whether or not the session has recovered since; nil when nothing went wrong.
        public var lastErrorAt: MonotonicTime?
        /// The AS number that the peer sees; nil when the session cannot even be tried.
        public var localASN: ASN?
        /// Seconds, as agreed (RFC 4271 section 4.2), 0 for none; nil while no session is established.
        public var holdTime: UInt16?
        /// Since the session was made; a lost connection does not begin them anew.
        public var counters = SessionCounters()
        /// How many routes the peer has, by family.
        public var advertised: [AddressFamily: Int] = [:]
        /// Whether the routes carry GRACEFUL_SHUTDOWN (RFC 8326).
        public var isShuttingDown = false
        /// Nil when the path is not watched.
        public var bfd: BFD?
    }

    /// The path to a peer.
    public struct BFD: Sendable {
        var state: BFDState
        /// Whether the peer may be behind routers (RFC 5883).
        public var isMultihop: Bool
        /// Why no session could be begun.
        public var failure: String?
        /// Since when it has been in this state; nil when no session could be begun.
        public var since: MonotonicTime?
        /// Why it was last down, in words (RFC 5880 section 4.1); nil for no diagnostic.
        public var diagnostic: String?
        /// Between the peer's packets, as measured.
        public var interval: Duration?
        /// How long the peer may be silent.
        public var detectionTime: Duration?
        /// Packets of the peer that were taken.
        public var received: UInt64 = 0
        /// Packets that the socket has taken.
        public var sent: UInt64 = 0

        init(state: BFDState, isMultihop: Bool, failure: String?) {
            self.state = state
            self.isMultihop = isMultihop
            self.failure = failure
        }

        /// A word of RFC 5880 section 6.2.
        public var stateName: String {
            switch state {
            case .adminDown: "AdminDown"
            case .down: "Down"
            case .initializing: "Init"
            case .up: "Up"
            }
        }
    }

    /// One route that a peer has.
    public struct Route: Sendable {
        /// The name of the peer that has it.
        public var peer: String
        /// What is announced: one address, or a block of them where the configuration aggregates.
        public var prefix: CIDR
        /// As they were asked for; what only the session adds, such as the AS path, is not among them.
        public var attributes: RouteAttributes
    }

    /// The BGP identifier (RFC 6286) in the form of an IPv4 address; nil when no session can be tried.
    public var routerID: String?
    /// The AS number of this node, whatever a peer sees; nil when no session can be tried.
    public var asn: ASN?
    /// By name; those that cannot even be tried are among them.
    public var peers: [Peer] = []
    /// Why this node announces nothing; nil when it may.
    public var obstacle: Obstacle?
    /// What cannot be listened on, made or read, a sentence each.
    public var problems: [String] = []
    /// BFD packets in the name of a peer that belonged to no session or broke a rule.
    public var rejectedBFDPackets: UInt64 = 0
    /// When the report was made, on the clock of its other points in time.
    public var now: MonotonicTime
}

typealias BFDState = BFD.State
