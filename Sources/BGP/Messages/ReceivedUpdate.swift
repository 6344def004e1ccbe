public import NetworkTypes

/// An UPDATE after RFC 7606 has been applied to it.
public struct ReceivedUpdate: Equatable, Sendable {
    /// What is usable: no discarded attributes, no routes of families that were not agreed or are disabled.
    public var message: UpdateMessage
    /// What was wrong, in the order found.
    public var faults: [UpdateFault]
    /// Whether a route was marked Only To Customer and should not have come this way (RFC 9234 section 5).
    public var isRouteLeak: Bool
    /// Families that the message spoke of though they were not agreed or are disabled.
    public var ignoredFamilies: [RouteFamily]

    /// Whether the routes it announces count as withdrawn instead.
    public var isTreatedAsWithdrawal: Bool { faults.contains { $0.handling >= .treatAsWithdraw } }

    /// The family whose End-of-RIB it is.
    public var endOfRIB: AddressFamily? {
        faults.isEmpty && ignoredFamilies.isEmpty ? message.endOfRIB : nil
    }

    /// Routes announced and usable.
    public var announcedCount: Int {
        isTreatedAsWithdrawal ? 0 : message.announced.count + (message.reach?.prefixes.count ?? 0)
    }

    /// Routes withdrawn, in so many words or by an error.
    public var withdrawnCount: Int {
        let withdrawn = message.withdrawn.count + (message.unreach?.prefixes.count ?? 0)
        guard isTreatedAsWithdrawal else { return withdrawn }
        return withdrawn + message.announced.count + (message.reach?.prefixes.count ?? 0)
    }
}
