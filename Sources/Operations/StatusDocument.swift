/// What `herald status --json` prints: the state of one node, for people and scripts.
///
/// Points in time are RFC 3339 in UTC.
public struct StatusDocument: Codable, Hashable, Sendable {
    /// The configuration in force.
    public struct Configuration: Codable, Hashable, Sendable {
        public var file: String
        /// Sixteen hexadecimal digits that change with the text.
        public var hash: String
        public var loaded: String
        /// Why a newer text of the file is not in force; nil when what is in force is what the file says.
        public var rejected: String?

        public init(file: String, hash: String, loaded: String, rejected: String? = nil) {
            self.file = file
            self.hash = hash
            self.loaded = loaded
            self.rejected = rejected
        }
    }

    /// One Service that is ours.
    public struct Service: Codable, Hashable, Sendable {
        public struct Address: Codable, Hashable, Sendable {
            public var address: String
            public var pool: String?
            /// The node that has it in effect.
            public var owner: String?
            /// Where this node announces it.
            public var interface: String?
            public var since: String?

            public init(address: String, pool: String?, owner: String?, interface: String?, since: String?) {
                self.address = address
                self.pool = pool
                self.owner = owner
                self.interface = interface
                self.since = since
            }
        }

        public var namespace: String
        public var name: String
        /// `Announced`, `Pending` or `Refused`.
        public var state: String
        public var addresses: [Address]
        /// An UpperCamelCase code, when the state is not `Announced` or something is worth telling.
        public var reason: String?
        /// The same as a sentence.
        public var message: String?

        public init(
            namespace: String, name: String, state: String, addresses: [Address], reason: String?, message: String?
        ) {
            self.namespace = namespace
            self.name = name
            self.state = state
            self.addresses = addresses
            self.reason = reason
            self.message = message
        }
    }

    /// How full a pool is for one family.
    public struct Pool: Codable, Hashable, Sendable {
        public var name: String
        public var family: String
        /// A decimal number; as text, since IPv6 pools exceed what JSON readers hold.
        public var size: String
        public var used: Int
        public var quarantined: Int
        public var conflicted: Int

        public init(name: String, family: String, size: String, used: Int, quarantined: Int, conflicted: Int) {
            self.name = name
            self.family = family
            self.size = size
            self.used = used
            self.quarantined = quarantined
            self.conflicted = conflicted
        }
    }

    /// Another node that shares addresses with this one.
    public struct Member: Codable, Hashable, Sendable {
        public var name: String
        /// `mutual`, `witnessed` by a third node, `deaf` to this one, or `unreachable`.
        public var reach: String
        /// `alive`, `suspect` or `dead`, by its own heartbeats.
        public var verdict: String
        /// Milliseconds between its heartbeats that 99 of 100 do not exceed.
        public var arrivalP99: Double?
        public var isDraining: Bool
        /// How many addresses it has.
        public var addresses: Int

        public init(
            name: String, reach: String, verdict: String, arrivalP99: Double?, isDraining: Bool, addresses: Int
        ) {
            self.name = name
            self.reach = reach
            self.verdict = verdict
            self.arrivalP99 = arrivalP99
            self.isDraining = isDraining
            self.addresses = addresses
        }
    }

    /// How this node shares addresses with others in ARP mode.
    public struct Membership: Codable, Hashable, Sendable {
        /// The other nodes, by name.
        public var members: [Member]
        /// How many addresses this node has.
        public var addresses: Int
        /// Whether it still listens before it takes any.
        public var isSettling: Bool
        /// Whether it hands over what it has.
        public var isDraining: Bool
        /// Datagrams dropped, by reason.
        public var rejections: [String: Int]
        /// What keeps nodes from sharing addresses.
        public var problem: String?

        public init(
            members: [Member], addresses: Int, isSettling: Bool, isDraining: Bool, rejections: [String: Int],
            problem: String?
        ) {
            self.members = members
            self.addresses = addresses
            self.isSettling = isSettling
            self.isDraining = isDraining
            self.rejections = rejections
            self.problem = problem
        }
    }

    public var version: String
    public var node: String
    public var mode: String
    public var started: String
    public var configuration: Configuration
    /// Nil when Services do not come from a cluster.
    public var cluster: ClusterStatus?
    public var services: [Service]
    public var pools: [Pool]
    /// The peers, where BGP is in use.
    public var bgp: BGP?
    /// What cannot be read or is not as it should be, a sentence each.
    public var problems: [String]
    /// Absent where no address is announced by ARP.
    public var membership: Membership?

    public init(
        version: String, node: String, mode: String, started: String, configuration: Configuration,
        cluster: ClusterStatus? = nil, services: [Service], pools: [Pool], problems: [String]
    ) {
        self.version = version
        self.node = node
        self.mode = mode
        self.started = started
        self.configuration = configuration
        self.cluster = cluster
        self.services = services
        self.pools = pools
        self.problems = problems
    }
}
