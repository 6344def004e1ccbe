/// All objects, with one revision counter and the changes of late, as etcd holds them.
///
/// Lives on one event loop.
final class Storage {
    struct Change {
        let revision: UInt64
        let kind: ResourceKind
        let key: String
        let old: Stored?
        let new: Stored?
    }

    private var objects: [ResourceKind: [String: Stored]] = [:]
    private var sortedKeys: [ResourceKind: [String]] = [:]
    /// Oldest first.
    private var history: [Change] = []
    private(set) var revision: UInt64 = 100
    /// Changes up to this one are forgotten.
    private(set) var compactedRevision: UInt64 = 1
    /// Called after each change.
    var onChange: (Change) -> Void = { _ in }

    /// More changes than these are not remembered.
    private let historyLimit: Int
    /// A test makes no more objects.
    static let objectLimit = 200_000

    init(historyLimit: Int) {
        self.historyLimit = historyLimit
    }

    func object(_ kind: ResourceKind, _ key: String) -> Stored? { objects[kind]?[key] }

    func count(_ kind: ResourceKind) -> Int { objects[kind]?.count ?? 0 }

    /// In the order of their keys.
    func all(_ kind: ResourceKind) -> [Stored] {
        let objects = objects[kind] ?? [:]
        let keys: [String]
        if let known = sortedKeys[kind] {
            keys = known
        } else {
            keys = objects.keys.sorted()
            sortedKeys[kind] = keys
        }
        return keys.compactMap { objects[$0] }
    }

    /// As they were; nil when that is no longer known.
    func all(_ kind: ResourceKind, at past: UInt64) -> [Stored]? {
        guard past < revision else { return all(kind) }
        guard past >= compactedRevision else { return nil }
        var then = objects[kind] ?? [:]
        for change in history.reversed() {
            guard change.revision > past else { break }
            if change.kind == kind { then[change.key] = change.old }
        }
        return then.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Changes after a revision; nil when they are no longer known.
    func changes(of kind: ResourceKind, after past: UInt64) -> [Change]? {
        guard past >= compactedRevision else { return nil }
        let start = history.reversed().firstIndex { $0.revision <= past }?.base ?? history.startIndex
        return history[start...].filter { $0.kind == kind }
    }

    var nextRevision: UInt64 { revision + 1 }

    /// `new` carries `nextRevision`.
    func put(_ new: Stored) {
        let key = new.key
        let old = objects[new.kind, default: [:]].updateValue(new, forKey: key)
        if old == nil { sortedKeys[new.kind] = nil }
        commit(Change(revision: nextRevision, kind: new.kind, key: key, old: old, new: new))
    }

    /// Returns the object as of its end.
    @discardableResult
    func remove(_ kind: ResourceKind, _ key: String) -> Stored? {
        guard let old = objects[kind]?.removeValue(forKey: key) else { return nil }
        sortedKeys[kind] = nil
        commit(Change(revision: nextRevision, kind: kind, key: key, old: old, new: nil))
        return old.with(revision: revision)
    }

    private func commit(_ change: Change) {
        revision = change.revision
        history.append(change)
        if history.count > historyLimit { forget(history.count / 2) }
        onChange(change)
    }

    private func forget(_ count: Int) {
        compactedRevision = history[count - 1].revision
        history.removeFirst(count)
    }

    /// Forgets all changes so far.
    func compact() {
        // A revision beyond the last change, as others that write to etcd make them.
        revision += 1
        compactedRevision = revision
        history.removeAll()
    }

    /// Moves on without a change, as writes to other resources do.
    func advance() {
        revision += 1
    }
}
