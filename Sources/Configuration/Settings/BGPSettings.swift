public import BGP
public import IPAM
public import NetworkTypes

/// `bgp`: how addresses are announced by BGP.
public struct BGPSettings: Hashable, Sendable {
    /// Where an announced address lives on this node.
    public enum Attachment: String, Hashable, Sendable, CaseIterable {
        /// On the loopback link, with a lifetime.
        case lo
        /// On a device that vanishes with the process, with a lifetime.
        case link
        /// Nowhere: kube-proxy captures it.
        case none
    }

    /// How a process that is told to stop leaves its peers.
    public enum Farewell: String, Hashable, Sendable, CaseIterable {
        /// GRACEFUL_SHUTDOWN, a grace time, withdrawal, then a Cease.
        case withdraw
        /// Without a word, so that peers with graceful restart keep the routes until the next start.
        case restart
    }

    /// The AS number of this side; nil where each node brings its own.
    public var asn: ASN?
    /// The BGP identifier; nil takes the node's first IPv4 address.
    public var routerID: RouterID?
    /// Where an announced address lives.
    public var attach = Attachment.lo
    /// Whether peers may dial.
    public var listen = false
    /// The port that is listened on.
    public var port = 179
    /// How BFD is spoken with the peers that have it.
    public var bfd = BFDSettings()
    /// Which nodes announce at all.
    public var nodes = BGPNodes()
    /// How long a route outlives the reason for it.
    public var withdrawDelay = Duration.milliseconds(250)
    /// How long traffic gets to leave between GRACEFUL_SHUTDOWN and withdrawal.
    public var grace = Duration.seconds(1)
    /// How a process that is told to stop leaves.
    public var onShutdown = Farewell.withdraw
    /// In the order written; no two have one name or one address.
    public var peers: [BGPPeerSettings] = []
    /// The first that fits an address and a peer counts; where there are none, everything goes to everyone.
    public var advertisements: [AdvertisementSettings] = []

    /// Every default.
    public init() {}
}

/// `bgp.bfd`.
public struct BFDSettings: Hashable, Sendable {
    /// Between two packets of either side.
    public var interval = Duration.milliseconds(50)
    /// Packets that may be missed.
    public var multiplier = 3
    /// Whether the peer speaks first.
    public var passive = false
    /// The least TTL or hop limit that packets over several hops must come with.
    public var minimumTTL = 1

    /// Every default.
    public init() {}
}

/// Which nodes something is for.
public struct BGPNodes: Hashable, Sendable {
    /// Chooses them by their labels; all without one.
    public var selector: LabelSelector?

    /// All of them.
    public init() {}

    /// Whether a node with these labels is meant.
    public func contains(labels: [String: String]) -> Bool { selector?.matches(labels) ?? true }
}
