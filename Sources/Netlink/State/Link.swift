public import NetworkTypes

/// A network interface as the kernel last described it.
public struct Link: Hashable, Sendable {
    /// The kernel's number for it.
    public let index: LinkIndex
    /// As in `ip link`; may change.
    public var name: String
    /// Other names it is known by.
    public var alternativeNames: [String] = []
    /// What drives it: `veth`, `bridge`, `bond`, `vlan`, `macvlan`, `tun` …; nil for hardware and loopback.
    public var kind: String?
    /// Nil when it has none, or one that is not of six octets.
    public var macAddress: MACAddress?
    /// What it is and how it is.
    public var flags: Flags
    /// What its driver says of it.
    public var operationalState = OperationalState.unknown
    /// The bridge or bond that it is a port of.
    public var master: LinkIndex?

    /// A link with nothing but a name and flags.
    public init(index: LinkIndex, name: String, flags: Flags = []) {
        self.index = index
        self.name = name
        self.flags = flags
    }
}

extension Link {
    /// What a link is and how it is (`ifi_flags`).
    public struct Flags: OptionSet, Hashable, Sendable {
        /// As the kernel has it.
        public let rawValue: UInt32

        /// Takes any value of the kernel.
        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Set up by an administrator.
        public static let up = Flags(rawValue: 0x1)
        /// Leads back to this host.
        public static let loopback = Flags(rawValue: 0x8)
        /// Has one other end.
        public static let pointToPoint = Flags(rawValue: 0x10)
        /// Up and operational.
        public static let running = Flags(rawValue: 0x40)
        /// Has no ARP or NDP.
        public static let noARP = Flags(rawValue: 0x80)
        /// The layer below has a carrier.
        public static let lowerUp = Flags(rawValue: 0x10000)
    }

    /// RFC 2863 section 3.1.14.
    public enum OperationalState: UInt8, Sendable {
        case unknown, notPresent, down, lowerLayerDown, testing, dormant, up
    }

    /// Set up by an administrator, whatever the cable says.
    public var isUp: Bool { flags.contains(.up) }
    /// Whether there is someone at the other end.
    public var hasCarrier: Bool { flags.contains(.lowerUp) }
    /// Whether it leads back to this host.
    public var isLoopback: Bool { flags.contains(.loopback) }

    /// Whether frames pass: up, with a carrier, and not held back by what drives it (a bond without a usable port).
    public var isOperational: Bool {
        isUp && hasCarrier && (operationalState == .up || operationalState == .unknown)
    }

    /// Whether neighbours find addresses on it by ARP or NDP.
    public var resolvesAddresses: Bool { !isLoopback && !flags.contains(.noARP) && macAddress != nil }
}
