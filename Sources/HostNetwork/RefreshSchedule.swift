import Netlink
import NetworkTypes

/// Says which addresses are to be refreshed when, so that none expires and no second sees more than 100 of them.
///
/// All of them go round in one period, the one refreshed longest ago first, at an even pace. A call costs in proportion to
/// what it hands out.
struct RefreshSchedule: Sendable {
    /// What is to be done now.
    struct Slice: Equatable {
        /// To be refreshed, longest ago first. They stay in front until `put` or `remove` is called for them.
        var due: [AddressKey] = []
        /// Not refreshed in time, and taken out of the schedule.
        var expired: [AddressKey] = []
    }

    /// Refreshes in a second, at the most, when all goes well.
    static let rate = 100
    /// The least time between two slices.
    static let tick = Duration.milliseconds(200)
    /// The longest delay that is made up for by refreshing more at once.
    private static let catchUp = Duration.seconds(1)
    /// The lifetime is longer than the period by this at least, so that a slice may be late by a second.
    private static let leastMargin = Duration.seconds(2)
    /// Addresses in a slice.
    private static let sliceLimit = 500

    private struct Entry {
        let stamp: UInt64
        /// When it is taken out of turn.
        let urgentAt: MonotonicTime
        let validUntil: MonotonicTime
    }

    /// A place in the queue; it counts if the stamp is that of the entry.
    private struct Place {
        let key: AddressKey
        let stamp: UInt64
    }

    private(set) var settings: AddressKeeper.Settings
    private var entries: [AddressKey: Entry] = [:]
    private var queue: [Place] = []
    private var head = 0
    private var lastStamp: UInt64 = 0
    /// Up to when slices have been handed out.
    private var paced = MonotonicTime.zero
    private var lastSlice: MonotonicTime?

    init(settings: AddressKeeper.Settings) {
        self.settings = settings
    }

    var count: Int { entries.count }
    var keys: some Collection<AddressKey> { entries.keys }
    func contains(_ key: AddressKey) -> Bool { entries[key] != nil }

    /// In which every address is refreshed once.
    var period: Duration { period(of: count) }

    /// The valid lifetime to be set where so many addresses are kept, in whole seconds.
    func lifetime(of count: Int) -> Duration {
        let period = period(of: count)
        let share = settings.lifetime.wholeNanoseconds / 1_000_000 * (period.wholeNanoseconds / 1_000_000)
        let grown = Duration.milliseconds(share / max(settings.refresh.wholeNanoseconds / 1_000_000, 1))
        let lifetime = max(grown, period + Self.leastMargin)
        return .seconds((lifetime.wholeNanoseconds + 999_999_999) / 1_000_000_000)
    }

    private func period(of count: Int) -> Duration {
        max(settings.refresh, .milliseconds(min(count, NetworkState.limit) * (1000 / Self.rate)))
    }
}

// MARK: - Changes

extension RefreshSchedule {
    /// From here on lifetimes and pace are others; what was promised to the kernel before is still kept.
    mutating func configure(_ settings: AddressKeeper.Settings) {
        self.settings = settings
        compact()
        // A long lifetime in front must not hide a short one behind it when the pace slows down.
        queue = queue.sorted { urgency(of: $0) < urgency(of: $1) }
    }

    /// An address was added, adopted or refreshed at `time` with a lifetime of `lifetime`.
    mutating func put(_ key: AddressKey, at time: MonotonicTime, lifetime: Duration) {
        if entries.isEmpty { paced = time }
        lastStamp += 1
        let validUntil = time.advanced(by: lifetime)
        let period = min(period(of: max(count, 1)), lifetime)
        let urgentAt = time.advanced(by: period + (lifetime - period) / 4)
        entries[key] = Entry(stamp: lastStamp, urgentAt: urgentAt, validUntil: validUntil)
        queue.append(Place(key: key, stamp: lastStamp))
        tidy()
    }

    mutating func remove(_ key: AddressKey) {
        entries[key] = nil
        tidy()
    }

    /// Brings a place that counts to the front, and bounds those that do not.
    private mutating func tidy() {
        while head < queue.count, !isLive(queue[head]) { head += 1 }
        if queue.count > 2 * entries.count + 64 { compact() }
    }

    private mutating func compact() {
        queue = queue[head...].filter { isLive($0) }
        head = 0
    }

    private func isLive(_ place: Place) -> Bool { entries[place.key]?.stamp == place.stamp }
    private func urgency(of place: Place) -> MonotonicTime { entries[place.key]?.urgentAt ?? .zero }
}

// MARK: - Slices

extension RefreshSchedule {
    /// When to ask for the next slice; nil when there is nothing to refresh. May be in the past.
    var nextSlice: MonotonicTime? {
        guard head < queue.count else { return nil }
        let next = min(paced.advanced(by: max(step, Self.tick)), urgency(of: queue[head]))
        return max(next, lastSlice?.advanced(by: Self.tick) ?? next)
    }

    /// What is to be done at `now`.
    mutating func slice(at now: MonotonicTime) -> Slice {
        var slice = Slice()
        lastSlice = now
        guard head < queue.count, let front = entries[queue[head].key] else { return slice }
        if front.validUntil <= now {
            slice.expired = entries.filter { $0.value.validUntil <= now }.map(\.key)
            for key in slice.expired { remove(key) }
        }
        let quota = takePace(at: now)
        for place in queue[head...] where isLive(place) {
            let isWanted = slice.due.count < quota || urgency(of: place) <= now
            guard isWanted, slice.due.count < Self.sliceLimit else { break }
            slice.due.append(place.key)
        }
        return slice
    }

    /// Between two refreshes at an even pace.
    private var step: Duration { period / max(count, 1) }

    /// How many refreshes have their turn between the last slice and now.
    private mutating func takePace(at now: MonotonicTime) -> Int {
        let step = step
        let elapsed = min(max(paced.duration(to: now), .zero), max(Self.catchUp, step))
        let turns = elapsed.wholeNanoseconds / max(step.wholeNanoseconds, 1)
        paced = now.advanced(by: step * Int(turns) - elapsed)
        return Int(turns)
    }
}
