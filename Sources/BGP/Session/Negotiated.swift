public import NetworkTypes

/// What both sides of a session have agreed to by their OPENs.
public struct Negotiated: Hashable, Sendable {
    /// The AS number that this side has shown.
    public let localASN: ASN
    /// The peer's AS number.
    public let peerASN: ASN
    /// The smaller of the two offers.
    public let holdTime: HoldTime
    /// Families that both have; never empty.
    public let families: Set<AddressFamily>
    /// 4 when both know AS numbers of four octets, else 2.
    public let octetsPerNumber: Int
    /// The longest message of either side: 4096 octets, or 65535 when both have offered that (RFC 8654).
    public let messageLimit: Int
    /// Whether the peer may ask for all routes again.
    public let hasRouteRefresh: Bool
    /// Whether answers to such requests are bracketed (RFC 7313).
    public let hasEnhancedRouteRefresh: Bool
    /// Whether IPv4 routes may have IPv6 next hops (RFC 8950).
    public let allowsIPv6NextHopForIPv4: Bool
    /// What the peer says of graceful restart, when both sides speak of it.
    public let peerGracefulRestart: GracefulRestartCapability?
    /// Whether both keep routes over a NOTIFICATION, so that only a hard reset removes them (RFC 8538).
    public let keepsRoutesOnNotification: Bool

    /// Whether both sides are of the same AS.
    public var isInternal: Bool { localASN == peerASN }
}

extension Negotiated {
    /// Compares the two OPENs.
    ///
    /// Throws 2/2 (the AS number seen as data), 2/3, 2/7 (the missing capabilities as data) and 2/11.
    init(
        local: OpenMessage, peer: OpenMessage, configuration: SessionConfiguration
    ) throws(NotificationMessage) {
        guard peer.asn == configuration.peerASN else {
            throw NotificationMessage(.badPeerAS, data: IPAddress(ipv4: peer.asn.number).octets)
        }
        if peer.asn == local.asn, peer.identifier == local.identifier { throw NotificationMessage(.badIdentifier) }
        try Self.checkRole(of: peer, configuration)
        localASN = local.asn
        peerASN = peer.asn
        holdTime = HoldTime.agreed(local.holdTime, peer.holdTime)
        families = try Self.families(peer, configuration)
        octetsPerNumber = peer.fourOctetASN == nil ? 2 : 4
        // RFC 8654 section 4 lets the peer send long messages to a side that offers them; one that does not offer them
        // itself has no use for that, and what it sends is out of step.
        messageLimit =
            local.offers(.extendedMessage) && peer.offers(.extendedMessage)
            ? MessageHeader.extendedLimit : MessageHeader.standardLimit
        hasRouteRefresh = peer.offers(.routeRefresh)
        hasEnhancedRouteRefresh = peer.offers(.enhancedRouteRefresh)
        allowsIPv6NextHopForIPv4 =
            families.contains(.ipv4) && local.offersIPv6NextHopForIPv4 && peer.offersIPv6NextHopForIPv4
        peerGracefulRestart = local.gracefulRestart == nil ? nil : peer.gracefulRestart
        keepsRoutesOnNotification =
            local.gracefulRestart?.keepsRoutesOnNotification == true
            && peer.gracefulRestart?.keepsRoutesOnNotification == true
    }

    /// RFC 9234 section 4.2.
    private static func checkRole(
        of peer: OpenMessage, _ configuration: SessionConfiguration
    ) throws(NotificationMessage) {
        guard let role = configuration.role, configuration.localASN != configuration.peerASN else { return }
        let roles = Set(
            peer.capabilities.compactMap {
                if case .role(let code) = $0 { code } else { nil }
            })
        let fits = roles.isEmpty ? !configuration.requiresRole : roles == [role.counterpart.rawValue]
        if !fits { throw NotificationMessage(.roleMismatch) }
    }

    /// A peer that says nothing of families has IPv4 unicast.
    private static func families(
        _ peer: OpenMessage, _ configuration: SessionConfiguration
    ) throws(NotificationMessage) -> Set<AddressFamily> {
        let offered = peer.capabilities.compactMap {
            if case .multiprotocol(let family) = $0 { family } else { nil }
        }
        let theirs = offered.isEmpty ? [.ipv4] : Set(offered.compactMap(\.unicast))
        let common = configuration.families.intersection(theirs)
        let needed = common.isEmpty ? configuration.families : configuration.requiredFamilies
        let missing = needed.subtracting(theirs)
        guard missing.isEmpty, !common.isEmpty else {
            var writer = ByteWriter()
            for family in missing.sorted() { Capability.multiprotocol(RouteFamily(family)).encode(into: &writer) }
            throw NotificationMessage(.unsupportedCapability, data: writer.bytes)
        }
        return common
    }

    /// What judging the peer's UPDATEs needs.
    func terms(_ configuration: SessionConfiguration) -> UpdateTerms {
        UpdateTerms(
            isInternal: isInternal, peerASN: peerASN, octetsPerNumber: octetsPerNumber, families: families,
            acceptsIPv6NextHopForIPv4: allowsIPv6NextHopForIPv4, role: isInternal ? nil : configuration.role,
            multiprotocolErrors: configuration.multiprotocolErrors)
    }
}

extension OpenMessage {
    fileprivate func offers(_ capability: Capability) -> Bool { capabilities.contains(capability) }

    fileprivate var offersIPv6NextHopForIPv4: Bool {
        capabilities.contains {
            if case .extendedNextHop(let entries) = $0 { entries.contains(.ipv4ThroughIPv6) } else { false }
        }
    }

    /// The last one counts (RFC 4724 section 3).
    fileprivate var gracefulRestart: GracefulRestartCapability? {
        capabilities.reduce(nil) {
            if case .gracefulRestart(let capability) = $1 { capability } else { $0 }
        }
    }
}
