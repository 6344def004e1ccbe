/// What a session has seen since it was made; numbers only grow.
public struct SessionCounters: Hashable, Sendable {
    /// Messages received, by type.
    public var received: [MessageType: UInt64] = [:]
    /// Messages sent, by type.
    public var sent: [MessageType: UInt64] = [:]
    /// Times that the session was established.
    public var established: UInt64 = 0
    /// Prefixes announced by the peer, each time that one was.
    public var announcedPrefixes: UInt64 = 0
    /// Prefixes withdrawn by the peer, in so many words or by an error.
    public var withdrawnPrefixes: UInt64 = 0
    /// UPDATEs whose routes were treated as withdrawn.
    public var treatedAsWithdraw: UInt64 = 0
    /// Attributes that were discarded.
    public var discardedAttributes: UInt64 = 0
    /// Families that an error has disabled.
    public var disabledFamilies: UInt64 = 0
    /// UPDATEs about families that were not agreed or are disabled.
    public var ignoredFamilies: UInt64 = 0
    /// UPDATEs with routes that should not have come this way (RFC 9234).
    public var routeLeaks: UInt64 = 0

    /// Nothing yet.
    public init() {}

    mutating func count(_ update: ReceivedUpdate) {
        announcedPrefixes += UInt64(update.announcedCount)
        withdrawnPrefixes += UInt64(update.withdrawnCount)
        if update.isRouteLeak { routeLeaks += 1 }
        if !update.ignoredFamilies.isEmpty { ignoredFamilies += 1 }
        if update.faults.isEmpty { return }
        if update.isTreatedAsWithdrawal { treatedAsWithdraw += 1 }
        for fault in update.faults {
            switch fault.handling {
            case .attributeDiscard: discardedAttributes += 1
            case .treatAsWithdraw: break
            case .familyDisable: disabledFamilies += 1
            }
        }
    }

    /// Counts whole messages by the type in their headers.
    mutating func countSent(_ octets: [UInt8]) {
        var start = 0
        while start + MessageHeader.length <= octets.count {
            if let type = MessageType(rawValue: octets[start + 18]) { sent[type, default: 0] += 1 }
            start += max(Int(octets[start + 16]) << 8 | Int(octets[start + 17]), MessageHeader.length)
        }
    }
}
