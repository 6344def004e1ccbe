/// The objects of a collection as last delivered.
public struct Store<Object: Resource>: Sendable {
    /// What a delivery changed.
    public enum Change: Equatable, Sendable {
        case added(Object)
        case modified(from: Object, to: Object)
        case deleted(Object)
    }

    /// By namespace and name.
    public private(set) var objects: [ObjectKey: Object] = [:]
    /// Whether all that exists has been delivered once.
    public private(set) var isSynchronized = false

    /// Empty, and not synchronized.
    public init() {}

    /// Takes a delivery; deletions come first. An object of the same name with another UID is a deletion and an
    /// addition; one with the same resource version is no change.
    public mutating func apply(_ delivery: Delivery<Object>) -> [Change] {
        switch delivery {
        case .put(let object): return put(object)
        case .remove(let key): return remove(key)
        case .replace(let all, let kept):
            isSynchronized = true
            let present = Set(all.map(\.metadata.key)).union(kept)
            let gone = objects.keys.filter { !present.contains($0) }.sorted().flatMap { remove($0) }
            return gone + all.flatMap { put($0) }
        }
    }

    private mutating func remove(_ key: ObjectKey) -> [Change] {
        objects.removeValue(forKey: key).map { [.deleted($0)] } ?? []
    }

    private mutating func put(_ object: Object) -> [Change] {
        let old = objects.updateValue(object, forKey: object.metadata.key)
        guard let old else { return [.added(object)] }
        guard old.metadata.uid == object.metadata.uid else { return [.deleted(old), .added(object)] }
        let version = object.metadata.resourceVersion
        guard old.metadata.resourceVersion != version || version.isEmpty else { return [] }
        return [.modified(from: old, to: object)]
    }
}
