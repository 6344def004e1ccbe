import Glibc

/// When Services were made and when their status first had an address, for benches: seen from the server.
struct Stopwatch {
    private struct Times {
        let created: Int64
        var recorded: Int64?
        var announced: Int64?
    }

    private var times: [String: Times] = [:]

    private static var now: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    mutating func note(_ change: Storage.Change) {
        guard change.kind == .service, let new = change.new else { return }
        if change.old == nil {
            times[change.key] = Times(created: Self.now)
            return
        }
        guard var known = times[change.key], known.announced == nil else { return }
        if known.recorded == nil, new.metadata["annotations"]?["herald-lb.io/assigned"] != nil {
            known.recorded = Self.now
        }
        if new.object[path: "status", "loadBalancer", "ingress"] != nil { known.announced = Self.now }
        times[change.key] = known
    }

    mutating func clear() {
        times = [:]
    }

    /// Times in nanoseconds of the monotonic clock; the samples are from creation to status.
    var body: JSON {
        let announced = times.values.compactMap(\.announced)
        let recorded = times.values.compactMap(\.recorded)
        return [
            "created": .integer(Int64(times.count)), "recorded": .integer(Int64(recorded.count)),
            "announced": .integer(Int64(announced.count)),
            "lastCreated": .integer(times.values.map(\.created).max() ?? 0),
            "lastRecorded": .integer(recorded.max() ?? 0), "lastAnnounced": .integer(announced.max() ?? 0),
            "samples": .array(times.values.compactMap { one in one.announced.map { .integer($0 - one.created) } }),
        ]
    }
}
