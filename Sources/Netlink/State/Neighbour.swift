public import NetworkTypes

/// What the kernel knows of another host on a link (ARP, NDP).
public struct Neighbour: Hashable, Sendable {
    /// The link it was seen on.
    public let link: LinkIndex
    /// The address it answers for.
    public let address: IPAddress
    /// Nil while it is being looked for.
    public var macAddress: MACAddress?
    /// How well it is known.
    public var state: State
    /// What else is known of it.
    public var flags: Flags

    /// Reachability (`NUD_`), one bit at a time.
    public struct State: OptionSet, Hashable, Sendable {
        /// As the kernel has it.
        public let rawValue: UInt16

        /// Takes any value of the kernel.
        public init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        /// Asked for the first time.
        public static let incomplete = State(rawValue: 0x1)
        /// Confirmed lately.
        public static let reachable = State(rawValue: 0x2)
        /// Confirmed once; to be asked when used.
        public static let stale = State(rawValue: 0x4)
        /// Used while stale; soon to be asked.
        public static let delay = State(rawValue: 0x8)
        /// Being asked again.
        public static let probe = State(rawValue: 0x10)
        /// Did not answer.
        public static let failed = State(rawValue: 0x20)
        /// Needs no asking.
        public static let noARP = State(rawValue: 0x40)
        /// Set by an administrator.
        public static let permanent = State(rawValue: 0x80)
    }

    /// `NTF_`.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// As the kernel has it.
        public let rawValue: UInt8

        /// Takes any value of the kernel.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Answered for by this host.
        public static let proxy = Flags(rawValue: 0x8)
        /// IPv6: said of itself that it is a router.
        public static let router = Flags(rawValue: 0x80)
    }

    struct Key: Hashable {
        let link: LinkIndex
        let address: IPAddress
    }

    var key: Key { Key(link: link, address: address) }
}
