import Kubernetes

/// The Services that a consumer has after what was delivered to it.
struct ServiceMirror: Sendable {
    private var services: [ObjectKey: Service] = [:]
    /// Whether all that exists has been delivered once.
    private(set) var isSynchronized = false

    /// Takes a delivery and tells what is other now, as in `+name`, `~name`, `-name`.
    mutating func apply(_ delivery: Delivery<Service>) -> [String] {
        switch delivery {
        case .put(let service): return [put(service)]
        case .remove(let key): return remove(key)
        case .replace(let all, let kept, _):
            isSynchronized = true
            let present = Set(all.map(\.metadata.key)).union(kept)
            let gone = services.keys.filter { !present.contains($0) }.sorted().flatMap { remove($0) }
            return gone + all.map { put($0) }
        }
    }

    private mutating func put(_ service: Service) -> String {
        let old = services.updateValue(service, forKey: service.metadata.key)
        return (old == nil ? "+" : "~") + service.metadata.name
    }

    private mutating func remove(_ key: ObjectKey) -> [String] {
        services.removeValue(forKey: key).map { ["-" + $0.metadata.name] } ?? []
    }
}
