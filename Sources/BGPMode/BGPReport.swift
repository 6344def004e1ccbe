import BFD
public import BGP
public import LoadBalancing
public import NetworkTypes

/// What BGP is doing on this node, for people to look at.
public struct BGPReport: Sendable {
    /// One peer.
    public struct Peer: Sendable {
        public var name: String
        /// Where it is, as text.
        public var address: String
        public var asn: ASN
        /// A word of RFC 4271 section 8, or `Unusable` when the session cannot even be tried.
        public var state: String
        /// Why it is so.
        public var reason: String
        public var since: MonotonicTime?
        /// The last thing that went wrong, with the codes of RFC 4271.
        public var lastError: String?
        public var lastErrorAt: MonotonicTime?
        public var localASN: ASN?
        public var holdTime: UInt16?
        public var counters = SessionCounters()
        /// How many routes the peer has, by family.
        public var advertised: [AddressFamily: Int] = [:]
        public var isShuttingDown = false
        public var bfd: BFD?
    }

    /// The path to a peer.
    public struct BFD: Sendable {
        var state: BFDState
        public var isMultihop: Bool
        /// Why no session could be begun.
        public var failure: String?
        public var since: MonotonicTime?
        public var diagnostic: String?
        /// Between the peer's packets, as measured.
        public var interval: Duration?
        /// How long the peer may be silent.
        public var detectionTime: Duration?
        public var received: UInt64 = 0
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
        public var peer: String
        public var prefix: CIDR
        public var attributes: RouteAttributes
    }

    public var routerID: String?
    public var asn: ASN?
    public var peers: [Peer] = []
    /// Why this node announces nothing; nil when it may.
    public var obstacle: Obstacle?
    /// What cannot be listened on, a sentence each.
    public var problems: [String] = []
    /// BFD packets that belonged to no session or broke a rule.
    public var rejectedBFDPackets: UInt64 = 0
    public var now: MonotonicTime
}

typealias BFDState = BFD.State
