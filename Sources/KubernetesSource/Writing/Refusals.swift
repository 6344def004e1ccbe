import Kubernetes
import NetworkTypes

/// What the API server does not let us do: told once, and not tried again for a while, whichever object it is about.
struct Refusals {
    /// A permission, as RBAC grants it.
    struct Permission: Hashable {
        var verb: String
        var resource: String
        var namespace: String
    }

    /// Until a permission is tried again.
    static let pause = Duration.seconds(30)
    /// Permissions kept; more than these are tried as if they had never been refused.
    private static let capacity = 1_000

    private var until: [Permission: MonotonicTime] = [:]
    private var told: Set<Permission> = []

    /// How long the permission is not to be tried; nil: it may be.
    func wait(for permission: Permission, at now: MonotonicTime) -> Duration? {
        guard let due = until[permission], now < due else { return nil }
        return now.duration(to: due)
    }

    /// Notes a refusal; true when it has not been told yet.
    mutating func add(_ permission: Permission, at now: MonotonicTime) -> Bool {
        if until.count >= Self.capacity { until = until.filter { now < $0.value } }
        if until.count < Self.capacity { until[permission] = now.advanced(by: Self.pause) }
        if told.count >= Self.capacity { told = [] }
        return told.insert(permission).inserted
    }

    /// The permission was granted; its next refusal is news.
    mutating func remove(_ permission: Permission) {
        guard !until.isEmpty || !told.isEmpty else { return }
        until[permission] = nil
        told.remove(permission)
    }
}
