import IPAM
import LoadBalancing
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

/// An API server without a network: objects with versions and UIDs, refusals of what was decided on something older, and
/// a log that watches read.
struct ModelServer {
    private(set) var version = 1
    private(set) var services = ModelCollection<Kubernetes.Service> { $0.spec.type == "LoadBalancer" }
    private(set) var slices = ModelCollection<EndpointSlice>()
    private(set) var nodes = ModelCollection<Kubernetes.Node>()
    private(set) var lease: Lease?
    private var uids = 0

    // MARK: - What people and other controllers do

    /// Creates a Service with a UID of its own.
    mutating func create(_ service: Kubernetes.Service, at time: Timestamp) {
        var service = service
        uids += 1
        service.metadata.uid = "uid-\(uids)"
        service.metadata.generation = 1
        service.metadata.creationTimestamp = Timestamp(microseconds: time.microseconds / 1_000_000 * 1_000_000)
        store(&service)
    }

    mutating func edit(_ key: ServiceKey, _ change: (inout Kubernetes.Service) -> Void) {
        guard let before = services.objects[ObjectKey(key)] else { return }
        var service = before
        change(&service)
        if service.spec != before.spec { service.metadata.generation += 1 }
        if service != before { store(&service) }
    }

    /// One with a finalizer stays until that is gone.
    mutating func delete(_ key: ServiceKey, at time: Timestamp) {
        let key = ObjectKey(key)
        guard var service = services.objects[key] else { return }
        guard service.metadata.finalizers.isEmpty else {
            guard service.metadata.deletionTimestamp == nil else { return }
            service.metadata.deletionTimestamp = time
            return store(&service)
        }
        remove(key)
    }

    private mutating func remove(_ key: ObjectKey) {
        version += 1
        let last = "\(version)"
        services.remove(
            key,
            as: { service in
                var service = service
                service.metadata.resourceVersion = last
                return service
            }, version: version)
    }

    private mutating func store(_ service: inout Kubernetes.Service) {
        version += 1
        service.metadata.resourceVersion = "\(version)"
        services.put(service, version: version)
        if service.metadata.deletionTimestamp != nil, service.metadata.finalizers.isEmpty {
            remove(service.metadata.key)
        }
    }

    /// Nil removes it.
    mutating func setSlice(_ key: ObjectKey, _ slice: EndpointSlice?) {
        version += 1
        guard var slice else { return slices.remove(key, as: { $0 }, version: version) }
        slice.metadata.resourceVersion = "\(version)"
        slices.put(slice, version: version)
    }

    mutating func setNode(_ node: Kubernetes.Node) {
        version += 1
        var node = node
        node.metadata.resourceVersion = "\(version)"
        nodes.put(node, version: version)
    }

    mutating func compact(before version: Int, cursors: (services: [Int], slices: [Int], nodes: [Int])) {
        services.compact(before: version, cursors: cursors.services)
        slices.compact(before: version, cursors: cursors.slices)
        nodes.compact(before: version, cursors: cursors.nodes)
    }

    // MARK: - What herald asks

    mutating func answer(_ question: Question) throws(MergePatch.Trespass) -> Answer {
        switch question {
        case .get(let key): return services.objects[ObjectKey(key)].map(Answer.service) ?? Self.notFound
        case .others: return .services(services.objects.values.filter { $0.spec.type != "LoadBalancer" })
        case .patch(let key, let ofStatus, let patch): return try answer(key, ofStatus, patch)
        case .fetchLease: return .lease(lease)
        case .createLease(let record): return lease == nil ? keep(record) : Self.conflict
        case .updateLease(let record, let version):
            return lease?.metadata.resourceVersion == version ? keep(record) : Self.conflict
        }
    }

    private mutating func answer(
        _ key: ServiceKey, _ ofStatus: Bool, _ patch: JSONValue
    ) throws(MergePatch.Trespass) -> Answer {
        guard let before = services.objects[ObjectKey(key)] else { return Self.notFound }
        let precondition = MergePatch.precondition(of: patch)
        // A real server answers 422 for the UID; without such a cause it is a conflict like any other.
        guard precondition.uid == before.metadata.uid, precondition.version == before.metadata.resourceVersion else {
            return Self.conflict
        }
        var service = before
        try MergePatch.apply(patch, toStatus: ofStatus, of: &service)
        if service.spec != before.spec { service.metadata.generation += 1 }
        // A write that changes nothing makes no new version.
        if service != before { store(&service) }
        return .service(service)
    }

    private mutating func keep(_ record: LeaseRecord) -> Answer {
        version += 1
        let kept = Lease(metadata: ObjectMeta(name: "herald-allocator", resourceVersion: "\(version)"), spec: record)
        lease = kept
        return .lease(kept)
    }

    private static let notFound = Answer.refused(Status(code: 404, reason: "NotFound", message: "not found"))
    private static let conflict = Answer.refused(Status(code: 409, reason: "Conflict", message: "changed"))
}
