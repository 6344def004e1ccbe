import NetworkTypes

/// Prefixes that wait to be sent, each for one purpose, in the order in which they began to wait.
///
/// A prefix that changes its purpose leaves its old place behind as a dead entry; dead entries never outnumber the
/// living by more than a few, so that a route that changes often before the peer listens costs nothing.
struct PendingRoutes: Sendable {
    /// What is to be sent of a prefix.
    enum Purpose: Hashable, Sendable {
        case withdrawal
        /// With the export of this number.
        case announcement(Int)
    }

    private struct Place: Sendable {
        let purpose: Purpose
        let ticket: UInt64
    }

    private struct Line: Sendable {
        var entries = Queue<(prefix: CIDR, ticket: UInt64)>()
        var living = 0
    }

    private var places: [CIDR: Place] = [:]
    private var lines: [Purpose: Line] = [:]
    /// Announcements take turns, so that no group of routes waits for another that changes all the time.
    private var turns = Queue<Int>()
    private var nextTicket: UInt64 = 0

    var isEmpty: Bool { places.isEmpty }
    var count: Int { places.count }

    /// Exports that something waits to be announced with.
    var exportsInUse: Set<Int> {
        Set(
            lines.compactMap {
                guard case .announcement(let export) = $0.key, $0.value.living > 0 else { return nil }
                return export
            })
    }

    /// Whether something waits to be withdrawn.
    var hasWithdrawals: Bool { (lines[.withdrawal]?.living ?? 0) > 0 }

    /// Whether something of the prefix waits to be sent.
    func contains(_ prefix: CIDR) -> Bool { places[prefix] != nil }

    mutating func insert(_ prefix: CIDR, _ purpose: Purpose) {
        if let place = places[prefix] {
            if place.purpose == purpose { return }
            leave(place)
        }
        nextTicket += 1
        places[prefix] = Place(purpose: purpose, ticket: nextTicket)
        if lines[purpose] == nil, case .announcement(let export) = purpose { turns.append(export) }
        lines[purpose, default: Line()].entries.append((prefix, nextTicket))
        lines[purpose]?.living += 1
    }

    mutating func remove(_ prefix: CIDR) {
        if let place = places.removeValue(forKey: prefix) { leave(place) }
    }

    private mutating func leave(_ place: Place) {
        lines[place.purpose]?.living -= 1
        guard let line = lines[place.purpose], line.entries.count > 2 * line.living + 32 else { return }
        lines[place.purpose]?.entries.removeAll { places[$0.prefix]?.ticket != $0.ticket }
    }

    /// The export whose turn it is, or nil when nothing waits to be announced.
    mutating func nextExport() -> Int? {
        while let export = turns.popFirst() {
            if let line = lines[.announcement(export)], line.living > 0 {
                turns.append(export)
                return export
            }
            lines[.announcement(export)] = nil
        }
        return nil
    }

    /// Takes out the first prefixes of a purpose, as many as fit `room` octets on the wire.
    mutating func take(_ purpose: Purpose, room: Int) -> [CIDR] {
        var prefixes: [CIDR] = []
        var room = room
        // Taken out and put back, so that the line is changed in place.
        guard var line = lines.removeValue(forKey: purpose) else { return [] }
        while room >= 17, let entry = line.entries.popFirst() {
            guard let place = places[entry.prefix], place.ticket == entry.ticket else { continue }
            places[entry.prefix] = nil
            line.living -= 1
            prefixes.append(entry.prefix)
            room -= 1 + (entry.prefix.prefixLength + 7) / 8
        }
        lines[purpose] = line
        return prefixes
    }
}
