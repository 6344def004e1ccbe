import NetworkTypes

/// When rests and conflicts end, soonest first.
///
/// A sorted array: a change moves at most all of it once (48 octets for each address that rests).
struct Deadlines: Sendable {
    /// What ends.
    enum Kind: Int, Sendable {
        case rest
        case conflict
    }

    /// One end.
    struct Entry: Sendable, Comparable {
        let time: MonotonicTime
        let address: IPAddress
        let kind: Kind

        static func < (left: Entry, right: Entry) -> Bool {
            (left.time, left.address, left.kind.rawValue) < (right.time, right.address, right.kind.rawValue)
        }
    }

    private var entries: [Entry] = []

    var next: MonotonicTime? { entries.first?.time }

    mutating func insert(_ entry: Entry) {
        entries.insertSorted(entry)
    }

    mutating func remove(_ entry: Entry) {
        entries.removeSorted(entry)
    }

    /// Takes out all that end at `now` or before.
    mutating func removeDue(at now: MonotonicTime) -> [Entry] {
        let end = entries.indices.partitioningIndex { entries[$0].time > now }
        guard end > 0 else { return [] }
        defer { entries.removeFirst(end) }
        return Array(entries[..<end])
    }
}
