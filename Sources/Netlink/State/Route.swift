public import NetworkTypes

/// A route of the kernel, as far as herald looks at routes.
public struct Route: Hashable, Sendable {
    /// Where it leads.
    public var destination: CIDR
    /// What becomes of packets.
    public var kind: Kind
    /// 254 is main, 255 local.
    public var table: UInt32
    /// Who set it: 2 the kernel, 3 boot, 4 static …
    public var protocolNumber: UInt8
    /// The lower wins.
    public var metric: UInt32
    /// Empty for routes that lead nowhere (blackhole, unreachable) and for those by a next-hop object.
    public var nextHops: [NextHop]
    /// The source address it gives to packets of this host.
    public var preferredSource: IPAddress?

    /// One way of a route.
    public struct NextHop: Hashable, Sendable {
        /// Nil when the destination is on the link itself.
        public var gateway: IPAddress?
        /// The link packets leave by.
        public var link: LinkIndex?
    }

    /// What becomes of packets (`RTN_`).
    public struct Kind: RawRepresentable, Hashable, Sendable {
        /// As the kernel has it.
        public let rawValue: UInt8

        /// Takes any value of the kernel.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Passed on by a next hop.
        public static let unicast = Kind(rawValue: 1)
        /// Taken by this host.
        public static let local = Kind(rawValue: 2)
        /// Sent to all on the link.
        public static let broadcast = Kind(rawValue: 3)
        /// Sent to a group.
        public static let multicast = Kind(rawValue: 5)
        /// Dropped in silence.
        public static let blackhole = Kind(rawValue: 6)
        /// Refused with an ICMP error.
        public static let unreachable = Kind(rawValue: 7)
    }

    /// What a later notice replaces: IPv4 has one route for a destination, table and metric, IPv6 one for each link.
    struct Key: Hashable {
        let destination: CIDR
        let table: UInt32
        let metric: UInt32
        let link: LinkIndex?
    }

    var key: Key {
        let link = destination.family == .ipv6 ? nextHops.first?.link : nil
        return Key(destination: destination, table: table, metric: metric, link: link)
    }
}
