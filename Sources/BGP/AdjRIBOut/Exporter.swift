import NetworkTypes

/// Turns a route's attributes into those that one peer gets in one session.
struct Exporter: Sendable {
    let policy: ExportPolicy
    let negotiated: Negotiated

    /// Throws why the route cannot be announced.
    func export(_ route: RouteAttributes, family: AddressFamily) throws(ExportRefusal) -> Export {
        var attributes = PathAttributes()
        attributes.origin = route.origin
        addPath(route, to: &attributes)
        attributes.multiExitDiscriminator = route.multiExitDiscriminator
        if negotiated.isInternal {
            attributes.localPreference = policy.isShuttingDown ? 0 : route.localPreference ?? 100
        } else if policy.role?.marksRoutes == true {
            attributes.onlyToCustomer = negotiated.localASN
        }
        let shutdown = policy.isShuttingDown ? [Community.gracefulShutdown] : []
        attributes.communities = Set(route.communities + shutdown).sorted()
        attributes.extendedCommunities = Set(route.extendedCommunities).sorted()
        attributes.largeCommunities = Set(route.largeCommunities).sorted()
        var reachHead: [UInt8]?
        switch try nextHop(route, family: family) {
        case .ipv4(let address) where family == .ipv4: attributes.nextHop = address
        case let hop: reachHead = Self.reachHead(hop, family)
        }
        var writer = ByteWriter(reserving: 128)
        attributes.encode(into: &writer, octetsPerNumber: negotiated.octetsPerNumber)
        let export = Export(reachHead: reachHead, attributes: writer.bytes)
        // The longest prefix has 17 octets.
        guard export.overhead + 17 <= negotiated.messageLimit else { throw .attributesTooLong }
        return export
    }

    /// RFC 4271 section 5.1.2, RFC 7705 section 3, RFC 6793 section 4.2.2.
    private func addPath(_ route: RouteAttributes, to attributes: inout PathAttributes) {
        guard !negotiated.isInternal else { return attributes.asPath = ASPath() }
        var numbers = Array(repeating: negotiated.localASN, count: Int(route.prepends) + 1)
        if let localAS = policy.localAS, localAS.showsRealASN, policy.asn != negotiated.localASN {
            numbers.append(policy.asn)
        }
        let path = ASPath(numbers)
        attributes.asPath = path
        if negotiated.octetsPerNumber == 2, !path.fitsTwoOctets { attributes.as4Path = path }
    }

    /// The peer sends the packets here: an address of the route's family, or IPv6 for both where that was agreed.
    private func nextHop(
        _ route: RouteAttributes, family: AddressFamily
    ) throws(ExportRefusal) -> MultiprotocolReach.NextHop {
        let ipv6 = ipv6NextHop(route)
        switch family {
        case .ipv6:
            guard let ipv6 else { throw .noNextHop(.ipv6) }
            return try checked(ipv6)
        case .ipv4:
            let mayUseIPv6 = negotiated.allowsIPv6NextHopForIPv4
            if mayUseIPv6, let ipv6, policy.peerAddress.family == .ipv6 { return try checked(ipv6) }
            let own = route.nextHop?.family == .ipv4 ? route.nextHop : policy.nextHops.ipv4
            if let own { return try checked(.ipv4(own)) }
            guard mayUseIPv6, let ipv6 else { throw .noNextHop(.ipv4) }
            return try checked(ipv6)
        }
    }

    private func ipv6NextHop(_ route: RouteAttributes) -> MultiprotocolReach.NextHop? {
        if let configured = route.nextHop, configured.family == .ipv6 { return .ipv6(configured) }
        switch (policy.nextHops.ipv6, policy.nextHops.linkLocal) {
        case (let global?, let linkLocal?): return .ipv6WithLinkLocal(global: global, linkLocal: linkLocal)
        case (let global?, nil): return .ipv6(global)
        case (nil, let linkLocal?): return .ipv6(linkLocal)
        case (nil, nil): return nil
        }
    }

    /// RFC 4271 section 6.3; a mapped address says that something went wrong on the way here.
    private func checked(_ hop: MultiprotocolReach.NextHop) throws(ExportRefusal) -> MultiprotocolReach.NextHop {
        let addresses =
            switch hop {
            case .ipv4(let address), .ipv6(let address): [address]
            case .ipv6WithLinkLocal(let global, let linkLocal): [global, linkLocal]
            }
        for address in addresses {
            let isUnusable =
                address.isUnspecified || address.isLoopback || address.isMulticast || address.isLimitedBroadcast
                || address.isIPv4Mapped || address == policy.peerAddress
            if isUnusable { throw .unusableNextHop(address) }
        }
        return hop
    }

    private static func reachHead(_ hop: MultiprotocolReach.NextHop, _ family: AddressFamily) -> [UInt8] {
        var writer = ByteWriter(reserving: 40)
        MultiprotocolReach(nextHop: hop, prefixes: PrefixList(family: family)).encode(into: &writer)
        return writer.bytes
    }
}
