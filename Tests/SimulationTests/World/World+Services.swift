import IPAM
import LoadBalancing
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

// What people do with Services, and what becomes of their pods.
extension World {
    func withService(_ body: (ServiceKey) -> Void) {
        if let key = server.services.objects.keys.sorted().randomElement(using: &random) { body(ServiceKey(key)) }
    }

    private func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }

    private func touched(_ key: ServiceKey) {
        judge.touches[key, default: 0] += 1
        tell("\(key) is changed: \(server.services.objects[ObjectKey(key)].map(Self.describe) ?? "gone")")
        // Who shares an address with it may have to move, too.
        let neighbours = (judge.records[key] ?? []).flatMap { judge.holders[$0, default: []] }
        judge.excused.formUnion([key] + neighbours)
        serviceChanged(key)
    }

    private static func describe(_ service: Kubernetes.Service) -> String {
        "\(service.spec.type) \(service.spec.ipFamilies) \(service.metadata.annotations) "
            + "\(service.spec.loadBalancerIP) \(service.metadata.uid)"
    }

    func createService() {
        guard server.services.objects.count < options.services else { return deleteService() }
        names += 1
        create(ServiceKey(namespace: pick(["web", "db"]), name: "s\(names)"))
    }

    func create(_ key: ServiceKey) {
        var service = Objects.service(key, ports: [pick([80, 443, 8080])])
        service.spec.selector = pick([[:], ["app": "a"], ["app": "a"]])
        if chance(12) { service.metadata.finalizers = [OutcomeWriting.cleanupFinalizer] }
        if chance(5) { service.spec.externalTrafficPolicy = "Local" }
        for _ in 0..<(chance(2) ? 1 : 0) { change(&service) }
        put(service, key)
    }

    private func put(_ service: Kubernetes.Service, _ key: ServiceKey) {
        server.create(service, at: Self.wallClock(now))
        touched(key)
        if !chance(10) { add(.endpoints(key), after: .milliseconds(Int64.random(in: 1...300, using: &random))) }
    }

    func deleteService() {
        withService { key in
            server.delete(key, at: Self.wallClock(now))
            for family in AddressFamily.allCases { server.setSlice(Objects.sliceKey(key, family), nil) }
            touched(key)
            changed(.endpointSlices)
        }
    }

    /// Deleted and created again under its name, or copied with all that it carries under another.
    func replaceService() {
        withService { key in
            guard var service = server.services.objects[ObjectKey(key)] else { return }
            service.status = ServiceStatus()
            service.metadata.finalizers = []
            if chance(3) {
                names += 1
                let copy = ServiceKey(namespace: key.namespace, name: "copy\(names)")
                service.metadata = Self.metadata(copy, service.metadata)
                return put(service, copy)
            }
            server.delete(key, at: Self.wallClock(now))
            touched(key)
            guard server.services.objects[ObjectKey(key)] == nil else { return }
            service.metadata = Self.metadata(key, service.metadata)
            if chance(2) {
                service.metadata.annotations = [:]
                service.spec.loadBalancerIP = ""
            }
            put(service, key)
        }
    }

    private static func metadata(_ key: ServiceKey, _ former: ObjectMeta) -> ObjectMeta {
        var metadata = ObjectMeta(name: key.name, namespace: key.namespace)
        (metadata.annotations, metadata.labels) = (former.annotations, former.labels)
        return metadata
    }

    func editService() {
        withService { key in
            server.edit(key) { change(&$0) }
            touched(key)
        }
    }

    private func change(_ service: inout Kubernetes.Service) {
        switch Int.random(in: 0..<11, using: &random) {
        case 0:
            let first = ServicePort(name: "a", port: pick([80, 443, 53]))
            service.spec.ports = [first, ServicePort(name: "b", port: 90)]
        case 1, 2: service.metadata.annotations[Annotation.share] = pick([nil, "k", "k", "l"])
        case 3:
            let edge = IPAddress(ipv4: 0x0A00_4001 + UInt32.random(in: 0..<6, using: &random)).description
            service.metadata.annotations[Annotation.addresses] = pick([nil, nil, edge, edge, "10.0.200.2", "nonsense"])
        case 4: service.metadata.annotations[Annotation.pool] = pick([nil, nil, "named", "edge", "unknown"])
        case 5: (service.spec.ipFamilies, service.spec.ipFamilyPolicy) = families()
        case 6: service.spec.externalTrafficPolicy = pick(["Cluster", "Cluster", "Local"])
        case 7: service.spec.type = pick(["LoadBalancer", "LoadBalancer", "ClusterIP"])
        case 8: service.spec.loadBalancerIP = pick(["", "10.0.64.3", "10.0.64.5"])
        case 9: service.metadata.labels["team"] = pick(["a", "b"])
        default: service.metadata.annotations["example.com/note"] = "\(names)"
        }
    }

    private func families() -> ([String], String) {
        pick([
            (["IPv4"], "SingleStack"), (["IPv6"], "SingleStack"), (["IPv4", "IPv6"], "PreferDualStack"),
            (["IPv6", "IPv4"], "RequireDualStack"), (["IPv4"], "PreferDualStack"),
        ])
    }

    // MARK: - Pods

    /// Pods come and go; mostly there are some.
    func changeEndpoints(of key: ServiceKey) {
        guard server.services.objects[ObjectKey(key)] != nil else { return }
        let count = chance(8) ? 0 : Int.random(in: 1...2, using: &random)
        let nodes = Set((0..<count).map { _ in machines[Int.random(in: machines.indices, using: &random)].name })
        for family in AddressFamily.allCases {
            do {
                server.setSlice(
                    Objects.sliceKey(key, family), try Objects.slice(key, family, nodes: nodes.sorted()))
            } catch {
                complain("endpoints that cannot be read: \(error)")
            }
        }
        judge.touches[key, default: 0] += 1
        topologyChanged()
        changed(.endpointSlices)
    }

    /// Where the Service has pods, of any of its families.
    func servingNodes(_ key: ServiceKey) -> Set<NodeName> {
        guard let service = server.services.objects[ObjectKey(key)] else { return [] }
        let families = ServiceReading.families(of: service)
        var nodes: Set<NodeName> = []
        for family in families {
            guard let slice = server.slices.objects[Objects.sliceKey(key, family)] else { continue }
            nodes.formUnion(slice.endpoints.compactMap { $0.nodeName.map { NodeName($0) } })
        }
        return nodes
    }
}
