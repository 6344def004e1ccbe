extension Range<Int> {
    /// The first index at which `holds` is true, or the upper bound; `holds` must never turn false again.
    func partitioningIndex(where holds: (Int) -> Bool) -> Int {
        var low = lowerBound
        var high = upperBound
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension Array where Element: Comparable {
    /// Keeps an ascending array ascending; does nothing when the element is there.
    mutating func insertSorted(_ element: Element) {
        let index = indices.partitioningIndex { self[$0] >= element }
        if index == count || self[index] != element { insert(element, at: index) }
    }

    /// Takes the element out of an ascending array; does nothing when it is not there.
    mutating func removeSorted(_ element: Element) {
        let index = indices.partitioningIndex { self[$0] >= element }
        if index < count, self[index] == element { remove(at: index) }
    }
}
