/// Whether the peer is being asked to confirm changed parameters (RFC 5880 section 6.5).
struct PollSequence: Hashable, Sendable {
    private(set) var isActive = false
    /// Whether something changed after the poll began, which its answer then does not confirm.
    private var mustRepeat = false

    mutating func begin() {
        mustRepeat = isActive
        isActive = true
    }

    /// Takes an answer; true when it ends the poll.
    mutating func finish() -> Bool {
        guard isActive else { return false }
        if mustRepeat {
            mustRepeat = false
            return false
        }
        isActive = false
        return true
    }
}
