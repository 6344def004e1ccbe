public import NetworkTypes

/// What the kernel knows of another host on a link (ARP, NDP).
public struct Neighbour: Hashable, Sendable {
    public let link: LinkIndex
    public let address: IPAddress
    /// Nil while it is being looked for.
    public var macAddress: MACAddress?
    public var state: State
    public var flags: Flags

    /// Reachability (`NUD_`), one bit at a time.
    public struct State: OptionSet, Hashable, Sendable {
        public let rawValue: UInt16

        public init(rawValue: UInt16) {
            self.rawValue = rawValue
        }

        public static let incomplete = State(rawValue: 0x1)
        public static let reachable = State(rawValue: 0x2)
        public static let stale = State(rawValue: 0x4)
        public static let delay = State(rawValue: 0x8)
        public static let probe = State(rawValue: 0x10)
        public static let failed = State(rawValue: 0x20)
        public static let noARP = State(rawValue: 0x40)
        public static let permanent = State(rawValue: 0x80)
    }

    /// `NTF_`.
    public struct Flags: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8

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
