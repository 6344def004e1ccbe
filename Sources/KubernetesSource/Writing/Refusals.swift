import Kubernetes
import NetworkTypes

/// What the API server does not let us do: told once, and tried again by one for all, soon at first and then less often.
struct Refusals {
    /// A permission, as RBAC grants it.
    struct Permission: Hashable {
        var verb: String
        var resource: String
        var namespace: String
    }

    private struct Refused {
        var backoff: Backoff
        /// Until when the permission is not tried.
        var due: MonotonicTime
        /// Somebody tries it, and has not been answered.
        var isTried = false
    }

    /// Between two tries, at first and at most.
    static let pauses = (first: Duration.seconds(1), longest: Duration.seconds(30))
    /// How long the others wait for the answer of the one who tries.
    private static let patience = Duration.seconds(10)
    /// Permissions kept; more than these are tried as if they had never been refused.
    private static let capacity = 1_000

    private var refused: [Permission: Refused] = [:]
    private var told: Set<Permission> = []
    private var generator: SeededGenerator

    /// The seed spreads the tries of many nodes.
    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// How long the permission is not to be tried; nil: it may be, and the others wait for what comes of it.
    mutating func wait(for permission: Permission, at now: MonotonicTime) -> Duration? {
        guard let known = refused[permission] else { return nil }
        guard known.due <= now else { return now.duration(to: known.due) }
        refused[permission]?.due = now.advanced(by: Self.patience)
        refused[permission]?.isTried = true
        return nil
    }

    /// Notes a refusal: whether it has not been told yet, and how long it is not to be tried.
    mutating func add(_ permission: Permission, at now: MonotonicTime) -> (isNews: Bool, wait: Duration) {
        if refused.count >= Self.capacity { refused = refused.filter { now < $0.value.due } }
        if told.count >= Self.capacity { told = [] }
        let isNews = told.insert(permission).inserted
        var entry =
            refused[permission]
            ?? Refused(
                backoff: Backoff(first: Self.pauses.first, longest: Self.pauses.longest, seed: generator.next()),
                due: now)
        // Those that were on their way together are refused together, and count once.
        if entry.isTried || entry.due <= now {
            entry.due = now.advanced(by: entry.backoff.next())
            entry.isTried = false
        }
        if refused.count < Self.capacity || refused[permission] != nil { refused[permission] = entry }
        return (isNews, now.duration(to: entry.due))
    }

    /// The permission was granted; its next refusal is news. True when others wait for it.
    mutating func remove(_ permission: Permission) -> Bool {
        guard !refused.isEmpty || !told.isEmpty else { return false }
        told.remove(permission)
        return refused.removeValue(forKey: permission) != nil
    }
}
