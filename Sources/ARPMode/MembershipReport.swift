public import NetworkTypes

/// What this node knows of the others, for `herald status`.
public struct MembershipReport: Sendable {
    /// Another node.
    public struct Node: Sendable {
        /// As the cluster or `membership.peers` names it; never this node.
        public let name: NodeName
        /// `mutual`, `witnessed`, `deaf` or `unreachable`.
        public let reach: String
        /// `alive`, `suspect` or `dead`, by its own heartbeats.
        public let verdict: String
        /// The time between its heartbeats that 99 of 100 do not exceed, over the latest 64; nil before the second.
        public let arrivalP99: Duration?
        /// The silence after which it counts as dead: longer than configured here when it sends less often.
        public let detectionTime: Duration
        /// Whether it says that it hands over what it has.
        public let isDraining: Bool
        /// How many addresses it claims.
        public let addressCount: Int
        /// Datagrams that came from it since this node knows of it.
        public let received: UInt64
        /// Datagrams that it sent and that have not come.
        public let lost: UInt64
    }

    /// Ascending by name; empty for a node that is alone.
    public let nodes: [Node]
    /// Whether this node still listens before it takes addresses.
    public let isSettling: Bool
    /// Whether it hands over what it has.
    public let isDraining: Bool
    /// How many addresses it claims.
    public let addressCount: Int
    /// Datagrams dropped, by reason.
    public let rejections: [String: Int]
    /// Addresses likely to be wanted next that nobody on the network answered for.
    public let provenAhead: Int
    /// Addresses that this node took since its start, by reason: `fresh`, `takeover`, `handover` or `adoption`.
    public let claims: [String: Int]
    /// How often another host was heard to have an address of ours, since the start.
    public let conflicts: Int
    /// Addresses that this node let go of since its start, by reason.
    public let releases: [String: Int]
    /// How often a node that was not heard was heard to announce an address of this one, which then yielded.
    public let contests: Int
    /// How often this process did not run for so long that it asked the others before it went on.
    public let pauses: Int
    /// Frames sent, by protocol (`arp`, `ndp`) and purpose (`announcement`, `answer`, `defence`, `probe`).
    public let frames: [(protocol: String, purpose: String, count: UInt64)]
    /// Questions that were not answered, since the asker had had its share.
    public let framesRefused: UInt64
    /// Frames received that were malformed.
    public let framesUndecodable: UInt64
    /// Heartbeats of this node, each to all others.
    public let heartbeats: UInt64
    /// Datagrams sent to other nodes.
    public let datagramsSent: UInt64
    /// Datagrams that the system did not take.
    public let datagramsUnsent: UInt64
    /// The node that allocates, where the nodes choose it themselves and have done so.
    public let allocator: NodeName?
    /// Why this node can announce nothing, as it cannot speak with the others that there are.
    public let obstacle: String?
    /// Why there is no membership though there are other nodes, or what is wrong with it.
    public let problem: String?
}
