import NetworkTypes

/// Bounds how often something may happen for each key, in bounded memory.
///
/// Two generations of entries: when the younger is full it becomes the older, and the older is forgotten. A forgotten
/// key starts with its whole burst again, so a flood of invented keys costs no real one its answers.
struct AnswerBudget<Key: Hashable & Sendable>: Sendable {
    /// Time that one use takes from the budget.
    private let cost: Int64
    private let capacity: Int
    /// When the budget of a key will be whole again, in nanoseconds.
    private var recent: [Key: Int64] = [:]
    private var older: [Key: Int64] = [:]

    /// - Parameter capacity: keys in one generation; twice as many are remembered at most.
    init(perSecond rate: Int64, capacity: Int) {
        cost = 1_000_000_000 / max(rate, 1)
        self.capacity = max(capacity, 1)
    }

    /// Takes one use for `key` if fewer than `burst` are outstanding.
    mutating func take(_ key: Key, burst: Int, at now: MonotonicTime) -> Bool {
        let whole = max(recent[key] ?? older[key] ?? now.nanoseconds, now.nanoseconds)
        let allowed = Int64(burst).multipliedReportingOverflow(by: cost)
        let taken = whole.addingReportingOverflow(cost)
        guard !taken.overflow, allowed.overflow || taken.partialValue &- now.nanoseconds <= allowed.partialValue else {
            return false
        }
        if recent.count >= capacity, recent[key] == nil {
            older = recent
            recent.removeAll(keepingCapacity: false)
        }
        recent[key] = taken.partialValue
        return true
    }
}
