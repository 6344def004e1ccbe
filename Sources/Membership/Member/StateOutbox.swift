import NetworkTypes

/// What is too long for a heartbeat, in parts, ready to be sent at a pace that receivers' buffers can take.
struct StateOutbox: Sendable {
    /// Datagrams that may go to one node at once.
    static let burst = 8
    /// The time between bursts, and between two versions.
    static let pace = Duration.milliseconds(5)
    /// How often a new version is sent again with the heartbeats that follow, unless it is long.
    static let repeats = 2
    /// After how many heartbeats it is sent again in any case.
    private static let refreshBeats = 200

    private(set) var parts: [StatePart] = StatePart.parts(of: [], version: 0)
    private(set) var version: UInt32 = 0
    /// The next part for everyone; nil when all are out.
    private(set) var nextPart: Int?
    /// When the next burst may go.
    private(set) var nextBurst: MonotonicTime?
    private var beatsSince = 0

    /// Whether everyone has been sent some parts and not the others. A version that replaced this one now would be no
    /// nearer to its end, and with changes that never rest none would ever get there.
    var isUnderWay: Bool { nextPart.map { $0 > 0 } ?? false }

    /// Takes what differs from what was there before; 0 is never a version of it.
    mutating func replace(with bytes: [UInt8], isForEveryone: Bool = true) {
        version = version == .max ? 1 : version + 1
        parts = StatePart.parts(of: bytes, version: version)
        nextPart = isForEveryone ? 0 : nil
        beatsSince = 0
    }

    /// Everyone is to have it.
    mutating func sendAll() {
        nextPart = 0
    }

    /// Notes a regular heartbeat, after some of which the state is sent again.
    mutating func noteBeat() {
        beatsSince += 1
        let isRepeat = beatsSince <= Self.repeats && parts.count <= 2
        if nextPart == nil, isRepeat || beatsSince % Self.refreshBeats == 0 { nextPart = 0 }
    }

    func mayBurst(at now: MonotonicTime) -> Bool {
        nextBurst.map { $0 <= now } ?? true
    }

    mutating func noteBurst(at now: MonotonicTime) {
        nextBurst = now.advanced(by: Self.pace)
    }

    /// The parts for everyone that go in this burst.
    mutating func takeBurst() -> ArraySlice<StatePart> {
        guard let start = nextPart else { return [] }
        let burst = parts[min(start, parts.count)...].prefix(Self.burst)
        nextPart = burst.endIndex < parts.count ? burst.endIndex : nil
        return burst
    }
}
