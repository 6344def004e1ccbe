import NetworkTypes

@testable import Kubernetes

/// The objects of one kind at the modelled API server, with the changes that watches have still to be told.
struct ModelCollection<Object: Resource> {
    private struct Change {
        let version: Int
        let object: Object
        let wasSelected: Bool
        let isSelected: Bool
    }

    /// What a watch of the kind selects.
    private let selects: (Object) -> Bool
    private(set) var objects: [ObjectKey: Object] = [:]
    private var log: [Change] = []
    /// Changes that were dropped from the front of the log.
    private var dropped = 0
    /// No watch goes on from a version before this one.
    private(set) var oldest = 0

    init(selects: @escaping (Object) -> Bool = { _ in true }) {
        self.selects = selects
    }

    /// Where a watch that has been told everything stands.
    var end: Int { dropped + log.count }

    mutating func put(_ object: Object, version: Int) {
        let former = objects.updateValue(object, forKey: object.metadata.key)
        note(object, version, wasSelected: former.map(selects) ?? false, isSelected: selects(object))
    }

    mutating func remove(_ key: ObjectKey, as last: (Object) -> Object, version: Int) {
        guard let former = objects.removeValue(forKey: key) else { return }
        note(last(former), version, wasSelected: selects(former), isSelected: false)
    }

    private mutating func note(_ object: Object, _ version: Int, wasSelected: Bool, isSelected: Bool) {
        guard wasSelected || isSelected else { return }
        log.append(Change(version: version, object: object, wasSelected: wasSelected, isSelected: isSelected))
    }

    /// Forgets changes before `version`, and those that stand before every cursor.
    mutating func compact(before version: Int, cursors: [Int]) {
        oldest = max(oldest, version)
        let keep = min(cursors.min() ?? end, log.firstIndex { $0.version >= version }.map { dropped + $0 } ?? end)
        guard keep > dropped else { return }
        log.removeFirst(keep - dropped)
        dropped = keep
    }

    /// Where a watch after `version` begins; nil when that is too long ago.
    func cursor(after version: Int) -> Int? {
        guard version >= oldest else { return nil }
        var (low, high) = (0, log.count)
        while low < high {
            let middle = (low + high) / 2
            if log[middle].version <= version { low = middle + 1 } else { high = middle }
        }
        return dropped + low
    }

    /// All that is selected, as a streaming list tells it.
    func initialEvents(at version: Int) -> [WatchEvent<Object>] {
        let all = objects.values.filter(selects).sorted { $0.metadata.key < $1.metadata.key }
        return all.map { .changed(.object($0)) }
            + [.bookmark(resourceVersion: "\(version)", endsInitialEvents: true)]
    }

    /// What happened from a cursor on.
    func events(from cursor: Int) -> [WatchEvent<Object>] {
        log[max(0, cursor - dropped)...].map { change in
            change.isSelected ? .changed(.object(change.object)) : .deleted(.object(change.object))
        }
    }
}
