import NetworkTypes

/// Turns notes into few Events: the same note again within six minutes is counted on the first (a series), and one
/// object gets no more than a burst of 25 and then one in five minutes.
struct EventAggregator: Sendable {
    enum Effect: Equatable, Sendable {
        case create(ObjectKey, JSONValue)
        case patch(ObjectKey, JSONValue)
    }

    private struct Series {
        let key: ObjectKey
        var count: Int64 = 1
        var sentCount: Int64 = 1
        var seenAt: MonotonicTime
        var seenTime: Timestamp
        var sentAt: MonotonicTime
    }

    private struct Bucket {
        var tokens: Int
        var filledAt: MonotonicTime
    }

    private static let seriesEnd = Duration.seconds(360)
    private static let patchInterval = Duration.seconds(30)
    private static let burst = 25
    private static let refill = Duration.seconds(300)
    /// Of `reportingInstance`, in octets.
    private static let longestInstance = 128
    /// Series and buckets kept; the ones not seen for longest go first.
    static let capacity = 4096

    private let controller: String
    private let instance: String
    private var series: [EventNote: Series] = [:]
    private var buckets: [ObjectKey: Bucket] = [:]
    private var serial: Int64 = 0
    /// Notes that were too many.
    private(set) var suppressed = 0

    /// `instance` is cut to what the API takes; the name of a node may be longer.
    init(controller: String, instance: String) {
        self.controller = controller
        self.instance = String(decoding: instance.utf8.prefix(Self.longestInstance), as: UTF8.self)
    }

    mutating func record(_ note: EventNote, at now: MonotonicTime, wallClock: Timestamp) -> [Effect] {
        if var known = series[note], known.seenAt.duration(to: now) < Self.seriesEnd {
            known.count += 1
            known.seenAt = now
            known.seenTime = wallClock
            series[note] = known
            guard known.sentCount == 1 || known.sentAt.duration(to: now) >= Self.patchInterval else { return [] }
            return patch(note, known, at: now)
        }
        guard takeToken(note.regarding.key, at: now) else { return [] }
        let key = makeKey(note, wallClock)
        makeRoom()
        series[note] = Series(key: key, seenAt: now, seenTime: wallClock, sentAt: now)
        return [.create(key, json(note, key, wallClock))]
    }

    /// Sends counts that were held back, and forgets what has ended. To be called about once a minute.
    mutating func flush(at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        for (note, known) in series.sorted(by: { $0.value.key < $1.value.key }) {
            if known.count > known.sentCount, known.sentAt.duration(to: now) >= Self.patchInterval {
                effects += patch(note, known, at: now)
            } else if known.seenAt.duration(to: now) >= Self.seriesEnd {
                series[note] = nil
            }
        }
        let full = Self.refill * Self.burst
        buckets = buckets.filter { $0.value.filledAt.duration(to: now) < full }
        return effects
    }

    /// The Event is gone from the server; the same note makes a new one.
    mutating func forget(_ key: ObjectKey) {
        series = series.filter { $0.value.key != key }
    }

    private mutating func patch(_ note: EventNote, _ known: Series, at now: MonotonicTime) -> [Effect] {
        guard takeToken(note.regarding.key, at: now) else { return [] }
        var sent = known
        sent.sentCount = known.count
        sent.sentAt = now
        series[note] = sent
        let series: JSONValue = [
            "count": .integer(known.count), "lastObservedTime": .string(known.seenTime.microTime),
        ]
        return [.patch(known.key, ["series": series])]
    }

    private mutating func takeToken(_ key: ObjectKey, at now: MonotonicTime) -> Bool {
        var bucket = buckets[key] ?? Bucket(tokens: Self.burst, filledAt: now)
        let periods = Int(
            clamping: bucket.filledAt.duration(to: now).components.seconds / Self.refill.components.seconds)
        if periods > 0 {
            bucket.tokens = min(Self.burst, bucket.tokens + min(periods, Self.burst))
            bucket.filledAt = now
        }
        let isFree = bucket.tokens > 0
        if isFree { bucket.tokens -= 1 } else { suppressed += 1 }
        if buckets.count >= Self.capacity, buckets[key] == nil { buckets = [:] }
        buckets[key] = bucket
        return isFree
    }

    private mutating func makeRoom() {
        guard series.count >= Self.capacity else { return }
        let oldest = series.sorted { $0.value.seenAt < $1.value.seenAt }.prefix(Self.capacity / 4)
        for (note, _) in oldest { series[note] = nil }
    }

    private mutating func makeKey(_ note: EventNote, _ wallClock: Timestamp) -> ObjectKey {
        serial += 1
        let suffix = String(UInt64(bitPattern: wallClock.microseconds &+ serial), radix: 16)
        let namespace = note.regarding.key.namespace
        return ObjectKey(
            namespace: namespace.isEmpty ? "default" : namespace,
            name: "\(note.regarding.key.name.prefix(200)).\(suffix)")
    }

    private func json(_ note: EventNote, _ key: ObjectKey, _ wallClock: Timestamp) -> JSONValue {
        [
            "apiVersion": .string(Event.kind.apiVersion), "kind": .string(Event.kind.name),
            "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
            "eventTime": .string(wallClock.microTime), "type": .string(note.severity.rawValue),
            "reason": .string(note.reason), "action": .string(note.action), "note": .string(note.shortText),
            "regarding": note.regarding.json, "reportingController": .string(controller),
            "reportingInstance": .string(instance),
        ]
    }
}
