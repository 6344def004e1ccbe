import BGP
import NetworkTypes
import Testing

/// What a correct peer makes of the messages it gets.
struct ModelPeer {
    struct Route: Hashable {
        var attributes: PathAttributes
        var nextHop: MultiprotocolReach.NextHop?
    }

    var table: [CIDR: Route] = [:]
    var endsOfRIB: [AddressFamily] = []
    /// Families between the two marks of a refresh, with the routes not yet repeated.
    var stale: [AddressFamily: Set<CIDR>] = [:]
    var refreshes: [AddressFamily] = []
    var messageCount = 0
    var longest = 0
    /// Announcements of what the peer had already.
    var duplicates = 0
    private var framer = MessageFramer(limit: MessageHeader.extendedLimit)
    private var reader: UpdateReader

    init(_ negotiated: Negotiated) {
        reader = UpdateReader(
            terms: UpdateTerms(
                isInternal: negotiated.isInternal, peerASN: negotiated.localASN,
                octetsPerNumber: negotiated.octetsPerNumber, families: negotiated.families,
                acceptsIPv6NextHopForIPv4: negotiated.allowsIPv6NextHopForIPv4,
                multiprotocolErrors: .resetSession))
    }

    mutating func take(_ octets: [UInt8]) throws {
        framer.append(octets)
        while let message = try framer.next() {
            messageCount += 1
            longest = max(longest, message.body.count + MessageHeader.length)
            switch message.type {
            case .update: try takeUpdate(message)
            case .routeRefresh: takeMark(try RouteRefreshMessage(message))
            case .open, .keepalive, .notification: Issue.record("unexpected \(message.type)")
            }
        }
        #expect(framer.pendingCount == 0)
    }

    private mutating func takeUpdate(_ message: RawMessage) throws {
        let received = try reader.read(message)
        #expect(received.faults.isEmpty)
        #expect(received.ignoredFamilies.isEmpty)
        let update = received.message
        if let family = received.endOfRIB { endsOfRIB.append(family) }
        let kinds = [!update.withdrawn.isEmpty, !update.announced.isEmpty, update.reach != nil, update.unreach != nil]
        // RFC 7606 section 5.1: never two kinds of routes in one message.
        #expect(kinds.filter(\.self).count <= 1)
        for prefix in update.withdrawn { withdraw(prefix) }
        for prefix in update.unreach?.prefixes ?? PrefixList(family: .ipv6) { withdraw(prefix) }
        for prefix in update.announced { announce(prefix, Route(attributes: update.attributes)) }
        for prefix in update.reach?.prefixes ?? PrefixList(family: .ipv6) {
            announce(prefix, Route(attributes: update.attributes, nextHop: update.reach?.nextHop))
        }
    }

    private mutating func withdraw(_ prefix: CIDR) {
        #expect(table.removeValue(forKey: prefix) != nil, "withdrawal of what was never announced")
        stale[prefix.family]?.remove(prefix)
    }

    private mutating func announce(_ prefix: CIDR, _ route: Route) {
        if table[prefix] == route, stale[prefix.family]?.contains(prefix) != true { duplicates += 1 }
        table[prefix] = route
        stale[prefix.family]?.remove(prefix)
    }

    private mutating func takeMark(_ mark: RouteRefreshMessage) {
        guard let family = mark.family.unicast else { return }
        switch mark.subtype {
        case .beginning:
            #expect(stale[family] == nil)
            stale[family] = Set(table.keys.filter { $0.family == family })
        case .ending:
            for prefix in stale[family] ?? [] { table[prefix] = nil }
            stale[family] = nil
            refreshes.append(family)
        case .request, .other: Issue.record("unexpected mark")
        }
    }
}
