import NetworkTypes

/// Waits for a condition, looking at it again and again, and returns how long that took.
///
/// Blocks the thread, by the clock and not by turns of a pool. An error that the condition throws counts as "not yet"
/// and is reported when time is up. Throws `LabError.waitedInVain`.
@discardableResult
public func eventually(
    _ what: String = "the condition holds", within limit: Duration, every pause: Duration = .milliseconds(2),
    _ condition: () throws -> Bool
) throws(LabError) -> Duration {
    try eventually(what, within: limit, every: pause, observe: condition, until: { $0 }).after
}

/// As above, for a value: returns the first that is as wanted and when it was seen; the error tells the last one seen.
@discardableResult
public func eventually<Value>(
    _ what: String = "the condition holds", within limit: Duration, every pause: Duration = .milliseconds(2),
    observe: () throws -> Value, until isWanted: (Value) -> Bool
) throws(LabError) -> (value: Value, after: Duration) {
    let start = LabClock.now
    let deadline = start.advanced(by: limit)
    while true {
        // Taken before looking, so that a look that begins in time counts.
        let now = LabClock.now
        let last: String
        do {
            let value = try observe()
            if isWanted(value) { return (value, start.duration(to: LabClock.now)) }
            last = "\(value)"
        } catch { last = "\(error)" }
        guard now < deadline else { throw .waitedInVain(what, limit: limit, last: last) }
        LabClock.sleep(for: min(pause, now.duration(to: deadline)))
    }
}
