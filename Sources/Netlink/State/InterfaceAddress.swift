public import NetworkTypes

/// An address that a link holds, as the kernel last described it.
public struct InterfaceAddress: Hashable, Sendable {
    /// What tells it from others.
    public let key: AddressKey
    /// IPv4 only; by default the name of the link.
    public var label: String?
    /// How far it is valid.
    public var scope: Scope
    /// How it is to be taken, and how it is.
    public var flags: Flags
    /// As of the last notice. The notices of a mere refresh are dropped before they get here.
    public var lifetime: AddressLifetime
    /// Who says that he set it (`IFA_PROTO`).
    public var provenance: UInt8?
    /// Metric of its prefix route.
    public var routePriority: UInt32?

    /// The link that holds it.
    public var link: LinkIndex { key.link }
    /// The address itself.
    public var address: IPAddress { key.address }
    /// 0 to 32 or 128.
    public var prefixLength: Int { key.prefixLength }

    /// The block that is reached directly; nil for an address of full length without a peer.
    public var subnet: CIDR? {
        guard key.peer != nil || prefixLength < address.family.bitWidth else { return nil }
        return CIDR(containing: key.peer ?? address, prefixLength: prefixLength)
    }

    /// Whether the kernel answers for it: duplicate detection is neither under way nor has it failed.
    public var isUsable: Bool { flags.isDisjoint(with: [.tentative, .duplicateDetectionFailed]) }

    /// Whether `other` differs in nothing but how long it stays.
    func isSame(as other: InterfaceAddress) -> Bool {
        var copy = other
        copy.lifetime = lifetime
        return copy == self
    }
}

extension InterfaceAddress {
    /// How far an address is valid.
    public struct Scope: RawRepresentable, Hashable, Sendable {
        /// As the kernel has it.
        public let rawValue: UInt8

        /// Takes any value of the kernel.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Everywhere.
        public static let universe = Scope(rawValue: 0)
        /// On this link.
        public static let link = Scope(rawValue: 253)
        /// In this host.
        public static let host = Scope(rawValue: 254)
    }

    /// How an address is to be taken and how it is (`IFA_FLAGS`).
    public struct Flags: OptionSet, Hashable, Sendable {
        /// As the kernel has it.
        public let rawValue: UInt32

        /// Takes any value of the kernel.
        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// IPv4: goes when the first address of its subnet goes; IPv6: a temporary address.
        public static let secondary = Flags(rawValue: 0x1)
        /// IPv6: in use at once, without duplicate detection.
        public static let noDuplicateDetection = Flags(rawValue: 0x2)
        /// IPv6: used while duplicate detection is under way (RFC 4429).
        public static let optimistic = Flags(rawValue: 0x4)
        /// IPv6: another host has it; not in use here.
        public static let duplicateDetectionFailed = Flags(rawValue: 0x8)
        /// Not chosen as a source address: its preferred lifetime is over.
        public static let deprecated = Flags(rawValue: 0x20)
        /// IPv6: duplicate detection is under way.
        public static let tentative = Flags(rawValue: 0x40)
        /// Has no lifetime.
        public static let permanent = Flags(rawValue: 0x80)
        /// A multicast address is to be joined. On others it means nothing and is left out of what is read: IPv6 keeps
        /// it from our refreshes, see `NetlinkRequests.refresh`.
        static let joinsGroup = Flags(rawValue: 0x400)
        /// Brings no route to its subnet.
        public static let noPrefixRoute = Flags(rawValue: 0x200)
    }
}
