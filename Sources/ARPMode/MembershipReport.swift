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
        /// Whether it says that it hands over what it has.
        public let isDraining: Bool
        /// How many addresses it claims.
        public let addressCount: Int
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
    /// Addresses that this node took since its start, by reason: `fresh`, `takeover`, `handover` or `adoption`.
    public let claims: [String: Int]
    /// How often another host was heard to have an address of ours, since the start.
    public let conflicts: Int
    /// How often this process did not run for so long that it asked the others before it went on.
    public let pauses: Int
    /// Why there is no membership though there are other nodes, or what is wrong with it.
    public let problem: String?
}
