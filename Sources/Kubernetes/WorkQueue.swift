public import NetworkTypes

/// Keys that want work, each at most once, with a wait of its own after failures.
///
/// A key that is added while it is worked on comes again afterwards. One bad key never holds the others.
public struct WorkQueue<Key: Hashable & Comparable & Sendable>: Sendable {
    private struct Failure {
        var backoff: Backoff
        var due: MonotonicTime?
    }

    /// Keys in order from `head` on.
    private var ready: [Key] = []
    private var head = 0
    private var isReady: Set<Key> = []
    private var working: Set<Key> = []
    private var addedAgain: Set<Key> = []
    private var failures: [Key: Failure] = [:]
    private let first: Duration
    private let longest: Duration
    private var generator: SeededGenerator

    /// Waits double from the first to the longest; the seed spreads them.
    public init(
        firstWait: Duration = .milliseconds(100), longestWait: Duration = .seconds(30), seed: UInt64
    ) {
        first = firstWait
        longest = longestWait
        generator = SeededGenerator(seed: seed)
    }

    /// Whether `take` has a key to give, whatever the time.
    public var hasReady: Bool { head < ready.count }

    /// Makes a key ready now, whatever it waits for.
    public mutating func add(_ key: Key) {
        failures[key]?.due = nil
        if working.contains(key) {
            addedAgain.insert(key)
        } else if isReady.insert(key).inserted {
            ready.append(key)
        }
    }

    /// The next key to work on; it is not given again before `finish`.
    public mutating func take(at now: MonotonicTime) -> Key? {
        if let nextDue, nextDue <= now {
            let due = failures.filter { $0.value.due.map { $0 <= now } ?? false }.keys.sorted()
            for key in due { add(key) }
        }
        guard head < ready.count else { return nil }
        let key = ready[head]
        head += 1
        isReady.remove(key)
        working.insert(key)
        if head == ready.count {
            // What a burst took is given back.
            if isReady.capacity > 1024 { isReady = [] }
            ready.removeAll(keepingCapacity: ready.capacity <= 1024)
            head = 0
        } else if head > 64, head > ready.count / 2 {
            ready.removeFirst(head)
            head = 0
        }
        return key
    }

    /// The work on a key is done; without success it comes again after a wait, and not before `least` has passed.
    public mutating func finish(_ key: Key, succeeded: Bool, least: Duration = .zero, at now: MonotonicTime) {
        guard working.remove(key) != nil else { return }
        if succeeded {
            failures[key] = nil
        } else {
            var failure =
                failures[key]
                ?? Failure(backoff: Backoff(first: first, longest: longest, seed: generator.next()))
            failure.due = now.advanced(by: max(failure.backoff.next(), least))
            failures[key] = failure
        }
        if addedAgain.remove(key) != nil { add(key) }
    }

    /// A key that exists no more.
    public mutating func forget(_ key: Key) {
        failures[key] = nil
        addedAgain.remove(key)
        guard isReady.remove(key) != nil else { return }
        ready = ready[head...].filter { $0 != key }
        head = 0
    }

    /// When a waiting key is due; nil when none waits.
    ///
    /// Asked for at every turn of a writer: a key path here would be made anew each time.
    public var nextDue: MonotonicTime? {
        var next: MonotonicTime?
        for failure in failures.values {
            guard let due = failure.due else { continue }
            next = min(next ?? due, due)
        }
        return next
    }
}
