import NetworkTypes

/// The time between heartbeats of one node, over the latest 64 of them.
public struct ArrivalStatistics: Sendable {
    private static let capacity = 64
    private var microseconds: [UInt32] = []
    private var next = 0
    private var last: MonotonicTime?

    init() {}

    mutating func arrived(at now: MonotonicTime) {
        defer { last = now }
        guard let last else { return }
        let gap = UInt32(clamping: last.duration(to: now).wholeNanoseconds / 1_000)
        if microseconds.count < Self.capacity {
            microseconds.append(gap)
        } else {
            microseconds[next] = gap
            next = (next + 1) % Self.capacity
        }
    }

    /// The interval that `percent` (0 to 100) of the intervals do not exceed; nil before the second heartbeat.
    public func percentile(_ percent: Int) -> Duration? {
        guard !microseconds.isEmpty else { return nil }
        let rank = (microseconds.count * min(max(percent, 0), 100) + 99) / 100
        return .microseconds(Int64(microseconds.sorted()[max(rank, 1) - 1]))
    }
}
