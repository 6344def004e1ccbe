import NetworkTypes

/// How many routes the peer has announced, where that is limited (RFC 4486 section 4).
extension Session {
    mutating func tally(_ update: ReceivedUpdate) throws(NotificationMessage) {
        for (family, limit) in configuration.prefixLimits.sorted(by: { $0.key < $1.key })
        where tallies[family]?.take(update, family, limit: limit.count) == true {
            try exceed(family, limit)
        }
    }

    /// Error 6/1 tells the family and its limit.
    private mutating func exceed(_ family: AddressFamily, _ limit: PrefixLimit) throws(NotificationMessage) {
        if limitsExceeded.insert(family).inserted {
            effects.append(.prefixLimitExceeded(family, limit: limit.count))
        }
        guard limit.endsSession else { return }
        var data = ByteWriter(reserving: 7)
        data.write(RouteFamily(family).afi)
        data.write(RouteFamily(family).safi)
        data.write(limit.count)
        throw NotificationMessage(.maximumPrefixes, data: data.bytes)
    }

    /// Limits have changed while the session stands: what is counted is held against the new ones, and what was not
    /// counted the peer is asked to tell again, or by a new session where it cannot be asked.
    mutating func followLimits(_ old: [AddressFamily: PrefixLimit], _ established: Established) {
        let families = configuration.families.filter { configuration.prefixLimits[$0] != old[$0] }.sorted()
        limitsExceeded.subtract(families)
        var uncounted: [AddressFamily] = []
        do throws(NotificationMessage) {
            for family in families {
                guard let limit = configuration.prefixLimits[family] else {
                    tallies[family] = nil
                    continue
                }
                guard let tally = tallies[family], let former = old[family], !tally.exceeds(former.count) else {
                    if established.negotiated.families.contains(family) { uncounted.append(family) }
                    continue
                }
                if tally.exceeds(limit.count) { try exceed(family, limit) }
            }
        } catch {
            return fail(established.id, error)
        }
        guard uncounted.isEmpty || established.negotiated.hasRouteRefresh else {
            return restart(NotificationMessage(.otherConfigurationChange))
        }
        for family in uncounted {
            tallies[family] = PrefixTally()
            send(RouteRefreshMessage(.request, RouteFamily(family)).octets, .routeRefresh, on: established.id)
        }
    }
}
