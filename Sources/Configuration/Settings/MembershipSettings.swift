public import NetworkTypes

/// `membership`: how the nodes that share addresses know of each other.
public struct MembershipSettings: Hashable, Sendable {
    /// A node named in the file, beside those that the cluster knows.
    public struct Peer: Hashable, Sendable {
        /// The node's name, as `--node-name` gives it there.
        public var name: NodeName
        /// By which it is reached; the first that answers is used.
        public var addresses: [IPAddress]

        /// A node and how to reach it.
        public init(name: NodeName, addresses: [IPAddress]) {
            self.name = name
            self.addresses = addresses
        }
    }

    /// How often heartbeats go out: 10 ms to 10 s.
    public var interval = Duration.milliseconds(50)
    /// How many missing heartbeats in a row mean that a node is dead: 2 to 100.
    public var missed = 3
    /// The UDP port of heartbeats, the same on all nodes.
    public var port = 7947
    /// The file with the key that all nodes share; nil for a node that is alone.
    public var keyFile: String?
    /// The interface that carries heartbeats; nil for whatever the route to the other node says.
    public var interface: String?
    /// The nodes that share addresses, with or without this one; the cluster's nodes are added.
    public var peers: [Peer] = []

    /// Every default.
    public init() {}
}
