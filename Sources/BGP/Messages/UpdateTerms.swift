public import NetworkTypes

/// What must be known of a session to judge the UPDATEs of its peer.
public struct UpdateTerms: Hashable, Sendable {
    /// What an unusable multiprotocol attribute leads to; RFC 7606 section 5.3 leaves the choice.
    public enum MultiprotocolErrorHandling: Hashable, Sendable {
        /// Ends the session.
        case resetSession
        /// Ignores the family from then on; the other families go on.
        case disableFamily
    }

    /// Whether the peer is of the same AS.
    public var isInternal: Bool
    /// The peer's AS number.
    public var peerASN: ASN
    /// 4 when both sides know AS numbers of four octets, else 2.
    public var octetsPerNumber: Int
    /// The families that both sides have agreed to.
    public var families: Set<AddressFamily>
    /// Whether IPv4 routes may have IPv6 next hops (RFC 8950).
    public var acceptsIPv6NextHopForIPv4: Bool
    /// This side's role, if one is set: it tells leaked routes (RFC 9234).
    public var role: Role?
    /// What an unusable multiprotocol attribute leads to.
    public var multiprotocolErrors: MultiprotocolErrorHandling

    /// All of it.
    public init(
        isInternal: Bool, peerASN: ASN, octetsPerNumber: Int = 4,
        families: Set<AddressFamily> = [.ipv4, .ipv6],
        acceptsIPv6NextHopForIPv4: Bool = false, role: Role? = nil,
        multiprotocolErrors: MultiprotocolErrorHandling = .disableFamily
    ) {
        self.isInternal = isInternal
        self.peerASN = peerASN
        self.octetsPerNumber = octetsPerNumber
        self.families = families
        self.acceptsIPv6NextHopForIPv4 = acceptsIPv6NextHopForIPv4
        self.role = role
        self.multiprotocolErrors = multiprotocolErrors
    }
}
