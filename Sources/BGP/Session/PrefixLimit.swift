import NetworkTypes

/// How many routes of one family a peer may announce (RFC 4486 section 4).
public struct PrefixLimit: Hashable, Sendable {
    /// The most that is right.
    public var count: UInt32
    /// Whether one more ends the session with error 6/1; otherwise it is only reported.
    public var endsSession: Bool

    /// A limit that is only reported, unless said otherwise.
    public init(count: UInt32, endsSession: Bool = false) {
        self.count = count
        self.endsSession = endsSession
    }
}

/// Which prefixes a peer has announced, as far as a limit asks: no more than one beyond it is ever kept.
///
/// What is kept of a prefix is its hash, a quarter of its size. Swift keys hashes anew in each process, so that a peer
/// cannot choose prefixes that share one, and those that do by chance are too few to matter.
struct PrefixTally: Sendable {
    private var hashes: Set<Int> = []

    /// How many there are; one more than the limit stands for any number above it.
    var count: Int { hashes.count }

    /// Whether there are more than a limit allows.
    func exceeds(_ limit: UInt32) -> Bool { hashes.count > Int(limit) }

    /// Takes an UPDATE in; true when there are more than `limit` of the family now.
    mutating func take(_ update: ReceivedUpdate, _ family: AddressFamily, limit: UInt32) -> Bool {
        let reached = family == .ipv4 ? update.message.announced : PrefixList(family: family)
        let lists = [reached, update.message.reach?.prefixes].compactMap(\.self)
        let gone = family == .ipv4 ? update.message.withdrawn : PrefixList(family: family)
        for list in [gone, update.message.unreach?.prefixes].compactMap(\.self) { remove(list, family) }
        if update.isTreatedAsWithdrawal {
            for list in lists { remove(list, family) }
        } else {
            for list in lists where list.family == family {
                for prefix in list where hashes.count <= Int(limit) { hashes.insert(prefix.hashValue) }
            }
        }
        return exceeds(limit)
    }

    private mutating func remove(_ list: PrefixList, _ family: AddressFamily) {
        guard list.family == family, !hashes.isEmpty else { return }
        for prefix in list { hashes.remove(prefix.hashValue) }
    }
}
