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
        /// The file as it was read; passwords and keys are in files of their own.
        public var text: String?

        public init(file: String, hash: String, loaded: String, rejected: String? = nil, text: String? = nil) {
            self.file = file
            self.hash = hash
            self.loaded = loaded
            self.rejected = rejected
            self.text = text
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

    /// Something that happened to a Service.
    public struct Event: Codable, Hashable, Sendable {
        public var time: String
        public var service: String
        public var reason: String
        public var message: String

        public init(time: String, service: String, reason: String, message: String) {
            self.time = time
            self.service = service
            self.reason = reason
            self.message = message
        }
    }

    public var version: String
    public var node: String
    public var mode: String
    public var started: String
    public var configuration: Configuration
    public var services: [Service]
    public var pools: [Pool]
    /// What cannot be read or is not as it should be, a sentence each.
    public var problems: [String]
    /// The newest first.
    public var events: [Event]?
    /// What the parts of the process tell of themselves.
    public var sections: [StatusSection]?

    public init(
        version: String, node: String, mode: String, started: String, configuration: Configuration,
        services: [Service], pools: [Pool], problems: [String], events: [Event]? = nil,
        sections: [StatusSection]? = nil
    ) {
        self.version = version
        self.node = node
        self.mode = mode
        self.started = started
        self.configuration = configuration
        self.services = services
        self.pools = pools
        self.problems = problems
        self.events = events
        self.sections = sections
    }
}
