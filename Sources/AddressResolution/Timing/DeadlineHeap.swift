import NetworkTypes

/// Addresses ordered by the time when each is due; those due at the same time keep the order they were put in.
///
/// A binary heap that knows each address's place, so that changing or removing one is O(log n) too, and memory grows
/// with the addresses alone.
struct DeadlineHeap: Sendable {
    struct Entry: Equatable, Sendable {
        let address: IPAddress
        let time: MonotonicTime
        fileprivate let sequence: UInt64

        fileprivate func isBefore(_ other: Entry) -> Bool {
            (time, sequence) < (other.time, other.sequence)
        }
    }

    private var entries: [Entry] = []
    private var places: [IPAddress: Int] = [:]
    private var nextSequence: UInt64 = 0

    /// The entry that is due first.
    var first: Entry? { entries.first }
    func contains(_ address: IPAddress) -> Bool { places[address] != nil }

    /// Puts the address in, or moves it to the new time.
    mutating func set(_ address: IPAddress, at time: MonotonicTime) {
        let entry = Entry(address: address, time: time, sequence: nextSequence)
        nextSequence += 1
        if let place = places[address] {
            settle(entry, at: place)
        } else {
            entries.append(entry)
            settle(entry, at: entries.count - 1)
        }
    }

    /// Does nothing for an address that is not in.
    mutating func remove(_ address: IPAddress) {
        guard let place = places.removeValue(forKey: address), let last = entries.popLast() else { return }
        // What many took at once is given back.
        if entries.isEmpty { (entries, places) = ([], [:]) }
        if place < entries.count { settle(last, at: place) }
    }

    /// Takes out the entry that is due first, if it is due by `now`.
    mutating func popFirst(dueBy now: MonotonicTime) -> Entry? {
        guard let first, first.time <= now else { return nil }
        remove(first.address)
        return first
    }

    /// Writes `entry` where it belongs, starting from a place that is free.
    private mutating func settle(_ entry: Entry, at start: Int) {
        var place = start
        while place > 0, entry.isBefore(entries[(place - 1) / 2]) {
            put(entries[(place - 1) / 2], at: place)
            place = (place - 1) / 2
        }
        while let child = earlierChild(of: place), entries[child].isBefore(entry) {
            put(entries[child], at: place)
            place = child
        }
        put(entry, at: place)
    }

    private func earlierChild(of place: Int) -> Int? {
        let left = 2 * place + 1
        guard left < entries.count else { return nil }
        let right = left + 1
        return right < entries.count && entries[right].isBefore(entries[left]) ? right : left
    }

    private mutating func put(_ entry: Entry, at place: Int) {
        entries[place] = entry
        places[entry.address] = place
    }
}
