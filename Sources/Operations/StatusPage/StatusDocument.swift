/// What `herald status --json` prints: the state of one node, for people and scripts.
///
/// Points in time are RFC 3339 in UTC.
public struct StatusDocument: Codable, Hashable, Sendable {
    /// The configuration in force.
    public struct Configuration: Codable, Hashable, Sendable {
        /// Its path, as `--config` gives it.
        public var file: String
        /// Sixteen hexadecimal digits that change with the text.
        public var hash: String
        /// When the file was last taken: at the start, after a change, or on SIGHUP.
        public var loaded: String
        /// Why the file is not in force as it stands, or what of it waits for a restart; nil when all of it is.
        public var rejected: String?
        /// What is unwise in the configuration in force, a line each with its place and cure; nil where an earlier
        /// version tells none.
        public var warnings: [String]?
        /// The file as it was read; passwords and keys are in files of their own.
        public var text: String?

        /// Checks nothing: `hash` is to be the text of a `Fingerprint`, `loaded` RFC 3339 in UTC.
        public init(
            file: String, hash: String, loaded: String, rejected: String? = nil, warnings: [String]? = nil,
            text: String? = nil
        ) {
            self.file = file
            self.hash = hash
            self.loaded = loaded
            self.rejected = rejected
            self.warnings = warnings
            self.text = text
        }

        /// The lines of `rejected`: a file with several mistakes has one for each.
        public var rejections: [String] { (rejected ?? "").split(separator: "\n").map(String.init) }
    }

    /// One Service that is ours.
    public struct Service: Codable, Hashable, Sendable {
        /// One address that the Service has.
        public struct Address: Codable, Hashable, Sendable {
            /// In canonical text (RFC 5952 for IPv6).
            public var address: String
            /// The name of the pool that holds it; nil when it is out of every pool.
            public var pool: String?
            /// The node that has it in effect.
            public var owner: String?
            /// Where this node announces it.
            public var interface: String?
            /// Since when its announcement has been as it is; nil while nothing is known of it.
            public var since: String?

            /// Checks nothing: `since` is to be RFC 3339 in UTC.
            public init(address: String, pool: String?, owner: String?, interface: String?, since: String?) {
                self.address = address
                self.pool = pool
                self.owner = owner
                self.interface = interface
                self.since = since
            }
        }

        /// `metadata.namespace`.
        public var namespace: String
        /// `metadata.name`.
        public var name: String
        /// `Announced`, `Pending` or `Refused`.
        public var state: String
        /// Empty when it is refused.
        public var addresses: [Address]
        /// An UpperCamelCase code, when the state is not `Announced` or something is worth telling.
        public var reason: String?
        /// The same as a sentence.
        public var message: String?

        /// Takes the state as text, so that this room needs to know no other.
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
        /// As the configuration names it.
        public var name: String
        /// `IPv4` or `IPv6`; a pool of both is listed once for each.
        public var family: String
        /// A decimal number; as text, since IPv6 pools exceed what JSON readers hold.
        public var size: String
        /// Addresses that Services have; one that several share counts once.
        public var used: Int
        /// Addresses resting after a release, until they may be given again.
        public var quarantined: Int
        /// Addresses left alone, since a host that is no member answers for them.
        public var conflicted: Int

        /// Checks nothing: `size` is to be a decimal number.
        public init(name: String, family: String, size: String, used: Int, quarantined: Int, conflicted: Int) {
            self.name = name
            self.family = family
            self.size = size
            self.used = used
            self.quarantined = quarantined
            self.conflicted = conflicted
        }
    }

    /// Something that happened to a Service.
    public struct Event: Codable, Hashable, Sendable {
        /// When it happened.
        public var time: String
        /// The Service as `namespace/name`.
        public var service: String
        /// One word in the manner of Kubernetes: `AddressAllocated`.
        public var reason: String
        /// A sentence for people.
        public var message: String

        /// Checks nothing: `time` is to be RFC 3339 in UTC.
        public init(time: String, service: String, reason: String, message: String) {
            self.time = time
            self.service = service
            self.reason = reason
            self.message = message
        }
    }

    /// Another node that shares addresses with this one.
    public struct Member: Codable, Hashable, Sendable {
        /// As the cluster or the configuration's `membership.peers` names it.
        public var name: String
        /// `mutual`, `witnessed` by a third node, `deaf` (heard here, but hears nobody), or `unreachable`.
        public var reach: String
        /// `alive`, `suspect` or `dead`, by its own heartbeats.
        public var verdict: String
        /// Milliseconds between its heartbeats that 99 of 100 do not exceed.
        public var arrivalP99: Double?
        /// Milliseconds of silence after which it counts as dead; nil from a herald that does not tell.
        public var deadAfter: Double?
        /// Whether it says that it hands over what it has.
        public var isDraining: Bool
        /// How many addresses it has.
        public var addresses: Int

        /// Takes reach and verdict as text, so that this room needs to know no other.
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
        /// How many addresses that are likely to be given next were found to be free on the network.
        public var freeAhead: Int?
        /// The node that gives addresses away, where the nodes choose it themselves.
        public var allocator: String?
        /// Datagrams dropped, by reason.
        public var rejections: [String: Int]
        /// What keeps nodes from sharing addresses.
        public var problem: String?

        /// For ARP mode alone; a document has none unless it is set afterwards.
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

    /// Name and number, as in `herald 0.1.0`.
    public var version: String
    /// The name of the node that answers: `--node-name`, else `NODE_NAME`, else the host's name.
    public var node: String
    /// `arp`, `bgp` or `none`: what holds for pools that name no mode of their own.
    public var mode: String
    /// When herald started on the node.
    public var started: String
    /// What is in force now, and whether it is what the file says.
    public var configuration: Configuration
    /// Nil when Services do not come from a cluster.
    public var cluster: ClusterStatus?
    /// Those that are ours, by namespace, then by name.
    public var services: [Service]
    /// One for each pool and each family that it has, in the order of the configuration.
    public var pools: [Pool]
    /// The peers, where BGP is in use.
    public var bgp: BGP?
    /// What cannot be read or is not as it should be, a sentence each.
    public var problems: [String]
    /// Absent where no address is announced by ARP.
    public var membership: Membership?
    /// The newest first.
    public var events: [Event]?
    /// What the parts of the process tell of themselves.
    public var sections: [StatusSection]?

    /// Without `membership`, which is set afterwards where ARP is used.
    public init(
        version: String, node: String, mode: String, started: String, configuration: Configuration,
        cluster: ClusterStatus? = nil, services: [Service], pools: [Pool], problems: [String],
        events: [Event]? = nil, sections: [StatusSection]? = nil
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
        self.events = events
        self.sections = sections
    }
}
