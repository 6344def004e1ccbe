/// A set of 128-bit numbers, kept as intervals that never touch, so that what follows an interval is always absent.
///
/// Intervals lie in sorted chunks. Looking up and finding an absent number take O(log n) for n intervals, whatever they
/// span; a change also moves at most one chunk (`chunkLimit` intervals of 32 octets), and the list of chunks when one
/// is split or joined.
struct IntervalSet: Sendable {
    private struct Interval {
        var lower: UInt128
        var upper: UInt128
    }

    private struct Place {
        var chunk: Int
        var index: Int
    }

    private static let chunkLimit = 256

    /// Sorted, each sorted and never empty.
    private var chunks: [[Interval]] = []

    /// How many numbers are in the set, modulo 2^128.
    private(set) var count: UInt128 = 0

    func contains(_ number: UInt128) -> Bool {
        guard let place = place(atOrBefore: number) else { return false }
        return number <= self[place].upper
    }

    /// The lowest number from `number` up to `last` that is not in the set.
    func firstAbsent(from number: UInt128, through last: UInt128) -> UInt128? {
        guard number <= last else { return nil }
        guard let place = place(atOrBefore: number), number <= self[place].upper else { return number }
        let upper = self[place].upper
        return upper < last ? upper + 1 : nil
    }

    /// The highest number from `number` down to zero that is not in the set.
    func lastAbsent(from number: UInt128) -> UInt128? {
        guard let place = place(atOrBefore: number), number <= self[place].upper else { return number }
        let lower = self[place].lower
        return lower > 0 ? lower - 1 : nil
    }

    /// The parts of `range` that are not in the set, ascending.
    func absent(in range: ClosedRange<UInt128>) -> [ClosedRange<UInt128>] {
        var parts: [ClosedRange<UInt128>] = []
        var start = firstAbsent(from: range.lowerBound, through: range.upperBound)
        while let lower = start {
            guard let next = place(after: place(atOrBefore: lower)), self[next].lower <= range.upperBound else {
                parts.append(lower...range.upperBound)
                break
            }
            parts.append(lower...(self[next].lower - 1))
            start = firstAbsent(from: self[next].lower, through: range.upperBound)
        }
        return parts
    }
}

// MARK: - Changes

extension IntervalSet {
    /// Whether the number was absent before.
    @discardableResult mutating func insert(_ number: UInt128) -> Bool {
        guard !contains(number) else { return false }
        insert(absent: number...number)
        return true
    }

    /// Adds numbers of which none may be in the set yet.
    mutating func insert(absent range: ClosedRange<UInt128>) {
        let before = place(atOrBefore: range.lowerBound)
        let after = place(after: before)
        count &+= range.upperBound - range.lowerBound &+ 1
        let joined = before.flatMap { touches(self[$0].upper, range.lowerBound) ? $0 : nil }
        let following = after.flatMap { touches(range.upperBound, self[$0].lower) ? $0 : nil }
        switch (joined, following) {
        case (let joined?, let following?):
            self[joined].upper = self[following].upper
            removeInterval(at: following)
        case (let joined?, nil): self[joined].upper = range.upperBound
        case (nil, let following?): self[following].lower = range.lowerBound
        case (nil, nil): insertInterval(Interval(lower: range.lowerBound, upper: range.upperBound), after: before)
        }
    }

    /// Whether the number was in the set before.
    @discardableResult mutating func remove(_ number: UInt128) -> Bool {
        guard let place = place(atOrBefore: number), number <= self[place].upper else { return false }
        let interval = self[place]
        count &-= 1
        switch (interval.lower == number, interval.upper == number) {
        case (true, true): removeInterval(at: place)
        case (true, false): self[place].lower = number + 1
        case (false, true): self[place].upper = number - 1
        case (false, false):
            self[place].upper = number - 1
            insertInterval(Interval(lower: number + 1, upper: interval.upper), after: place)
        }
        return true
    }

    private func touches(_ upper: UInt128, _ lower: UInt128) -> Bool {
        upper < lower && lower - upper == 1
    }
}

// MARK: - Chunks

extension IntervalSet {
    private subscript(place: Place) -> Interval {
        get { chunks[place.chunk][place.index] }
        _modify { yield &chunks[place.chunk][place.index] }
    }

    /// Where the last interval lies that begins at or before `number`.
    private func place(atOrBefore number: UInt128) -> Place? {
        let chunk = (0..<chunks.count).partitioningIndex { chunks[$0][0].lower > number } - 1
        guard chunk >= 0 else { return nil }
        let index = (0..<chunks[chunk].count).partitioningIndex { chunks[chunk][$0].lower > number } - 1
        return Place(chunk: chunk, index: index)
    }

    /// The interval after `place`; after nil comes the first.
    private func place(after place: Place?) -> Place? {
        guard let place else { return chunks.isEmpty ? nil : Place(chunk: 0, index: 0) }
        if place.index + 1 < chunks[place.chunk].count { return Place(chunk: place.chunk, index: place.index + 1) }
        return place.chunk + 1 < chunks.count ? Place(chunk: place.chunk + 1, index: 0) : nil
    }

    private mutating func insertInterval(_ interval: Interval, after place: Place?) {
        guard !chunks.isEmpty else {
            chunks.append([interval])
            return
        }
        let chunk = place?.chunk ?? 0
        chunks[chunk].insert(interval, at: place.map { $0.index + 1 } ?? 0)
        guard chunks[chunk].count > Self.chunkLimit else { return }
        let half = chunks[chunk].count / 2
        chunks.insert(Array(chunks[chunk][half...]), at: chunk + 1)
        chunks[chunk].removeLast(chunks[chunk].count - half)
    }

    private mutating func removeInterval(at place: Place) {
        let chunk = place.chunk
        chunks[chunk].remove(at: place.index)
        if chunks[chunk].isEmpty {
            chunks.remove(at: chunk)
        } else if chunk + 1 < chunks.count, chunks[chunk].count + chunks[chunk + 1].count <= Self.chunkLimit / 4 {
            chunks[chunk] += chunks.remove(at: chunk + 1)
        }
    }
}
