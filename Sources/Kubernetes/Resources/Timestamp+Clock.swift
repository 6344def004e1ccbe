import FoundationEssentials

extension Timestamp {
    /// The time of day by the system's clock.
    static var now: Timestamp {
        // Within range of `Int64` for any date that the clock can hold.
        Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded()))
    }
}
