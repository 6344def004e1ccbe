/// Which of a sender's latest 128 sequence numbers have been seen (as in RFC 4303 section 3.4.3).
struct ReplayWindow: Sendable {
    private var highest: UInt64 = 0
    /// Bit n stands for `highest - n`.
    private var seen: UInt128 = 0

    /// Notes the number; false when it was seen before, is older than the window, or is 0.
    mutating func admit(_ sequence: UInt64) -> Bool {
        guard sequence > 0 else { return false }
        if sequence > highest {
            let step = sequence - highest
            seen = step < 128 ? seen << UInt128(step) | 1 : 1
            highest = sequence
            return true
        }
        let age = highest - sequence
        guard age < 128, seen & (1 << UInt128(age)) == 0 else { return false }
        seen |= 1 << UInt128(age)
        return true
    }
}
