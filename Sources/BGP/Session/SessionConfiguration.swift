public import NetworkTypes

/// What one side brings into a session with a peer.
public struct SessionConfiguration: Hashable, Sendable {
    /// Who dials.
    public enum ConnectionMode: Hashable, Sendable {
        /// Only this side.
        case active
        /// Only the peer.
        case passive
        /// Whoever comes first.
        case both
    }

    /// What BFD means to the session.
    public enum BFDMode: Hashable, Sendable {
        /// Nothing.
        case ignored
        /// BFD going down ends the session; a session may come up without it.
        case followed
        /// No session without BFD being up.
        case required
    }

    /// What this side promises of its restarts (RFC 4724).
    public struct GracefulRestart: Hashable, Sendable {
        /// Seconds to be back in, at most 4095.
        public var restartTime: UInt16 = 120
        /// Whether packets were forwarded before this process's first session came up (F bit until then).
        public var hasForwarded = true
        /// Whether a NOTIFICATION keeps the routes as well (N bit, RFC 8538).
        public var includesNotifications = true
        /// Whether this process has just restarted: the first session says so (R bit).
        public var isRestarting = false
        /// Seconds of long-lived graceful restart (RFC 9494); nil is not to speak of it.
        public var longLivedStaleTime: UInt32?

        /// The usual values.
        public init() {}
    }

    /// The AS number that the OPEN carries: the local-as of the peer if it has one.
    public var localASN: ASN
    /// The AS number that the peer must have.
    public var peerASN: ASN
    /// This side's identifier.
    public var identifier: RouterID
    /// What this side offers.
    public var holdTime = HoldTime.standard
    /// Families offered; not empty.
    public var families: Set<AddressFamily>
    /// Families without which there is to be no session (error 2/7).
    public var requiredFamilies: Set<AddressFamily> = []
    /// Who dials.
    public var mode = ConnectionMode.active
    /// Whether messages of up to 65535 octets are offered (RFC 8654).
    public var offersExtendedMessages = true
    /// Whether IPv6 next hops for IPv4 routes are offered (RFC 8950).
    public var offersExtendedNextHop = false
    /// What this side is to the peer (RFC 9234).
    public var role: Role?
    /// Whether the peer must have a role too.
    public var requiresRole = false
    /// Graceful restart, or nil for none.
    public var gracefulRestart: GracefulRestart?
    /// Told to the peer when set.
    public var hostName: HostName?
    /// Told to the peer when set.
    public var softwareVersion: String?
    /// How many routes the peer may announce; no limit for families that are not named.
    public var prefixLimits: [AddressFamily: PrefixLimit] = [:]
    /// What BFD means to the session.
    public var bfd = BFDMode.ignored
    /// What an unusable multiprotocol attribute of the peer leads to.
    public var multiprotocolErrors = UpdateTerms.MultiprotocolErrorHandling.resetSession
    /// All times.
    public var timing = SessionTiming()

    /// A session with the usual settings.
    public init(localASN: ASN, peerASN: ASN, identifier: RouterID, families: Set<AddressFamily> = [.ipv4, .ipv6]) {
        self.localASN = localASN
        self.peerASN = peerASN
        self.identifier = identifier
        self.families = families
    }

    /// Whether the change from `other` can be made without a new OPEN.
    func speaksLike(_ other: SessionConfiguration) -> Bool {
        var aligned = other
        aligned.timing = timing
        aligned.bfd = bfd
        aligned.mode = mode
        aligned.requiredFamilies = requiredFamilies
        aligned.prefixLimits = prefixLimits
        return aligned == self
    }
}

extension SessionConfiguration {
    /// The OPEN of this side; `isRestarting` sets the R bit.
    func makeOpen(isRestarting: Bool) -> OpenMessage {
        let families = families.sorted()
        var capabilities = families.map { Capability.multiprotocol(RouteFamily($0)) }
        capabilities.append(.routeRefresh)
        if offersExtendedNextHop, self.families.contains(.ipv4) {
            capabilities.append(.extendedNextHop([.ipv4ThroughIPv6]))
        }
        if offersExtendedMessages { capabilities.append(.extendedMessage) }
        // RFC 9234 section 4.1: roles are for peers of other AS numbers.
        if let role, localASN != peerASN { capabilities.append(.role(role.rawValue)) }
        if let restart = gracefulRestart { capabilities.append(restart.capability(families, isRestarting)) }
        capabilities.append(.fourOctetASN(localASN))
        capabilities.append(.enhancedRouteRefresh)
        if let restart = gracefulRestart, let staleTime = restart.longLivedStaleTime {
            capabilities.append(
                .longLivedGracefulRestart(
                    families.map {
                        LongLivedFamily(
                            RouteFamily($0), isForwardingPreserved: restart.isForwarding(isRestarting),
                            staleTime: staleTime)
                    }))
        }
        if let hostName { capabilities.append(.hostName(hostName)) }
        if let softwareVersion { capabilities.append(.softwareVersion(softwareVersion)) }
        return OpenMessage(asn: localASN, holdTime: holdTime, identifier: identifier, capabilities: capabilities)
    }
}

extension SessionConfiguration.GracefulRestart {
    /// The loss of a connection alone ends no forwarding.
    fileprivate func isForwarding(_ isRestarting: Bool) -> Bool { !isRestarting || hasForwarded }

    fileprivate func capability(_ families: [AddressFamily], _ isRestarting: Bool) -> Capability {
        .gracefulRestart(
            GracefulRestartCapability(
                isRestarting: isRestarting, keepsRoutesOnNotification: includesNotifications,
                restartTime: restartTime,
                families: families.map { .init(RouteFamily($0), isForwardingPreserved: isForwarding(isRestarting)) }))
    }
}
