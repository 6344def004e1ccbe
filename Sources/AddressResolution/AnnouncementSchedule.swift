public import NetworkTypes

/// When to announce each of many addresses.
///
/// An address is announced once as soon as the pace allows, then some times soon after, in case a frame is lost or a
/// switch still learns, then at long intervals. First announcements go before repeats; otherwise who has waited longest
/// goes first. Rounds that a late call has missed are not made up for: the address is announced once and goes on.
public struct AnnouncementSchedule: Sendable {
    /// The times of the announcements of one address.
    public struct Settings: Hashable, Sendable {
        /// When to repeat, counted from the first announcement; ascending.
        public let repeats: [Duration]
        /// The interval of the announcements after those, at least a second; nil for none.
        public let refresh: Duration?
        /// For all addresses together.
        public let pace: Pace

        /// Repeats that are not later than the first announcement are dropped, and the rest is sorted.
        public init(
            repeats: [Duration] = Settings.standardRepeats, refresh: Duration? = .seconds(60), pace: Pace = .standard
        ) {
            self.repeats = repeats.filter { $0 > .zero }.sorted()
            self.refresh = refresh.map { max($0, .seconds(1)) }
            self.pace = pace
        }

        /// 50, 150 and 500 ms, 1, 2 and 5 s.
        public static let standardRepeats: [Duration] = [
            .milliseconds(50), .milliseconds(150), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5),
        ]
    }

    /// Within the interval of refreshes: one each 125 ms where that is a minute.
    private static let places: Int64 = 480

    private var settings: Settings
    private var pacer: Pacer
    /// Started, not yet announced.
    private var waiting = DeadlineHeap()
    /// Announced before.
    private var repeating = DeadlineHeap()
    /// When each was announced first; holds those that are through with all their rounds, too.
    private var announced: [IPAddress: MonotonicTime] = [:]

    /// A schedule without addresses.
    public init(settings: Settings = Settings()) {
        self.settings = settings
        pacer = Pacer(settings.pace)
    }

    /// When to call `due(at:)` next; nil while nothing is to come. May be in the past.
    public var nextWake: MonotonicTime? {
        let next = [waiting.first?.time, repeating.first?.time].compactMap { $0 }.min()
        guard let next, let ready = pacer.readyTime else { return next }
        return max(next, ready)
    }

    /// Announces everything that is through with its first rounds at another interval from now on; nil for no more.
    public mutating func setRefresh(_ refresh: Duration?, at now: MonotonicTime) {
        let new = Settings(repeats: settings.repeats, refresh: refresh, pace: settings.pace)
        guard new != settings else { return }
        settings = new
        for address in announced.keys.sorted() where !waiting.contains(address) { scheduleNext(address, after: now) }
    }

    /// Announces `address` from `time` on; one that was started before begins anew.
    public mutating func start(_ address: IPAddress, at time: MonotonicTime) {
        stop(address)
        waiting.set(address, at: time)
    }

    /// Announces `address` no more. Does nothing if it was not started.
    public mutating func stop(_ address: IPAddress) {
        waiting.remove(address)
        repeating.remove(address)
        announced[address] = nil
    }

    /// The addresses to announce now, each once: as many as the pace allows, at most one burst of it.
    public mutating func due(at now: MonotonicTime) -> [IPAddress] {
        pacer.refill(at: now)
        var addresses: [IPAddress] = []
        while pacer.isReady, let entry = waiting.popFirst(dueBy: now) ?? repeating.popFirst(dueBy: now) {
            pacer.spend()
            addresses.append(entry.address)
        }
        for address in addresses { scheduleNext(address, after: now) }
        return addresses
    }

    private mutating func scheduleNext(_ address: IPAddress, after now: MonotonicTime) {
        let first = announced[address] ?? now
        announced[address] = first
        let elapsed = first.duration(to: now)
        if let next = settings.repeats.first(where: { $0 > elapsed }) {
            repeating.set(address, at: first.advanced(by: next))
        } else if let interval = settings.refresh {
            repeating.set(address, at: refreshTime(of: address, every: interval, after: now))
        } else {
            repeating.remove(address)
        }
    }

    /// Each address has its own place within the interval, by its hash, so that those started together spread out; a few
    /// share each place, so that a wake-up serves them all.
    private func refreshTime(of address: IPAddress, every interval: Duration, after now: MonotonicTime) -> MonotonicTime
    {
        let period = interval.wholeNanoseconds
        let step = period / Self.places
        let place = Int64(truncatingIfNeeded: AddressHash.hash(address) % UInt64(Self.places)) * step
        let position = now.nanoseconds % period
        let wait = (place - position) % period
        return now.advanced(by: .nanoseconds(wait > 0 ? wait : wait + period))
    }
}
