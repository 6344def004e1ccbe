/// Which of a sender's latest 128 sequence numbers have been seen (as in RFC 4303 section 3.4.3).
struct ReplayWindow: Sendable {
    private static let width: UInt64 = 128

    private var highest: UInt64 = 0
    /// Bit n stands for `highest - n`.
    private var seen: UInt128 = 0
    /// The lowest number that was seen; those before it are no loss.
    private var first: UInt64?
    /// How many numbers were seen.
    private(set) var received: UInt64 = 0
    /// How many have left the window without having been seen.
    private(set) var lost: UInt64 = 0

    /// Notes the number; false when it was seen before, is older than the window, or is 0.
    mutating func admit(_ sequence: UInt64) -> Bool {
        guard sequence > 0 else { return false }
        if sequence > highest {
            let step = sequence - highest
            noteLosses(before: sequence, step)
            seen = step < Self.width ? seen << UInt128(step) | 1 : 1
            highest = sequence
        } else {
            let age = highest - sequence
            guard age < Self.width, seen & (1 << UInt128(age)) == 0 else { return false }
            seen |= 1 << UInt128(age)
        }
        first = min(first ?? sequence, sequence)
        received &+= 1
        return true
    }

    /// The window moves on by `step`: what leaves it unseen does not count any more if it comes.
    private mutating func noteLosses(before sequence: UInt64, _ step: UInt64) {
        guard let first, sequence >= Self.width else { return }
        let oldest = highest >= Self.width ? highest - Self.width + 1 : 1
        let from = max(first, oldest)
        let end = sequence - Self.width + 1
        guard from < end else { return }
        let leaving = step < Self.width ? seen >> UInt128(Self.width - step) : seen
        let missing = (end - from).subtractingReportingOverflow(UInt64(leaving.nonzeroBitCount))
        lost &+= missing.overflow ? 0 : missing.partialValue
    }
}
