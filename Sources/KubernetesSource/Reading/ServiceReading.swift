import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes

/// Reads Service objects.
enum ServiceReading {
    /// Octets that are kept of one annotation: more than any request may have, so that a cut one is refused as a whole
    /// one would be.
    static let longestAnnotation = 2048

    /// The Service without what is not used, so that 10,000 of them cost little.
    static func trimmed(_ service: Kubernetes.Service) -> Kubernetes.Service {
        var service = service
        service.metadata.annotations = service.metadata.annotations
            .filter { $0.key.hasPrefix(Annotation.prefix) }
            .mapValues(shortened)
        return service
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > longestAnnotation else { return text }
        return String(decoding: text.utf8.prefix(longestAnnotation), as: UTF8.self)
    }

    /// The Service as the planner wants it; enumerations from the future count as their defaults.
    static func service(_ service: Kubernetes.Service, endpoints: EndpointFacts) -> LoadBalancerService {
        let (metadata, spec) = (service.metadata, service.spec)
        var result = LoadBalancerService(key: ServiceKey(metadata.key))
        result.uid = metadata.uid
        result.createdAt = (metadata.creationTimestamp?.microseconds ?? 0) / 1_000_000
        result.generation = metadata.generation
        result.isDeleting = metadata.deletionTimestamp != nil
        result.isLoadBalancer = spec.type == "LoadBalancer"
        result.loadBalancerClass = spec.loadBalancerClass
        result.loadBalancerIP = spec.loadBalancerIP.isEmpty ? nil : spec.loadBalancerIP
        result.clusterIPs = spec.clusterIPs.compactMap { IPAddress($0) }
        result.labels = metadata.labels
        result.annotations = metadata.annotations.filter { $0.key.hasPrefix(Annotation.prefix) }
        result.selector = spec.selector
        result.ports = spec.ports.compactMap { port in
            PortClaim.Transport(rawValue: port.protocolName).map {
                LoadBalancerService.Port(name: port.name, $0, port.port, nodePort: port.nodePort)
            }
        }
        result.ipFamilies = families(of: service)
        result.familyPolicy = spec.ipFamilyPolicy.flatMap { .init(rawValue: $0) } ?? .singleStack
        result.trafficPolicy = .init(rawValue: spec.externalTrafficPolicy) ?? .cluster
        result.endpoints = endpoints
        result.writtenIngress = writtenIngress(of: service)
        result.confirmedAddresses = allocatedAddresses(of: service)
        result.writtenAllocated = isTrue(.allocated, service)
        result.writtenAnnounced = isTrue(.announced, service)
        return result
    }

    /// Nil when there is no such condition.
    private static func isTrue(_ kind: LoadBalancing.Condition.Kind, _ service: Kubernetes.Service) -> Bool? {
        service.status.conditions.first { $0.type == kind.rawValue }.map { $0.status == "True" }
    }

    /// Those that herald's condition `Allocated` names while it is true: a status is not for authors to write.
    private static func allocatedAddresses(of service: Kubernetes.Service) -> [IPAddress] {
        let condition = service.status.conditions.first {
            $0.type == LoadBalancing.Condition.Kind.allocated.rawValue && $0.status == "True"
        }
        return condition.map { AllocatedMessage.addresses(in: $0.message) } ?? []
    }

    static func families(of service: Kubernetes.Service) -> [AddressFamily] {
        service.spec.ipFamilies.compactMap(AddressFamily.init(rawValue:))
    }

    /// The addresses in the status if herald wrote them: its condition `Announced` is written with them, by the same
    /// patch. What another controller wrote is no input.
    static func writtenIngress(of service: Kubernetes.Service) -> [IPAddress] {
        let isOurs = service.status.conditions.contains { $0.type == LoadBalancing.Condition.Kind.announced.rawValue }
        return isOurs ? service.status.loadBalancer.ingress.compactMap { IPAddress($0.ip) } : []
    }

    /// Whether the Service carries anything that herald wrote.
    static func hasTraces(_ service: Kubernetes.Service) -> Bool {
        service.metadata.annotations[Annotation.assigned] != nil
            || service.metadata.annotations[Annotation.conflict] != nil
            || service.status.conditions.contains { LoadBalancing.Condition.Kind(rawValue: $0.type) != nil }
    }

    /// Whether endpoints decide where or if the Service is announced, so that its slices must be known.
    static func needsEndpoints(
        _ service: Kubernetes.Service, claim: ClaimPolicy, requireEndpoints: Bool
    ) -> Bool {
        guard isClaimed(service, by: claim), service.metadata.deletionTimestamp == nil else { return false }
        return requireEndpoints || service.spec.externalTrafficPolicy == "Local"
    }

    /// Whether the Service is in our scope, or would be if it were not being deleted.
    static func isClaimed(_ service: Kubernetes.Service, by claim: ClaimPolicy) -> Bool {
        var reading = LoadBalancerService(key: ServiceKey(service.metadata.key))
        reading.isLoadBalancer = service.spec.type == "LoadBalancer"
        reading.loadBalancerClass = service.spec.loadBalancerClass
        return claim.refusal(of: reading) == nil
    }
}

extension ServiceKey {
    init(_ key: ObjectKey) {
        self.init(namespace: key.namespace, name: key.name)
    }
}

extension ObjectKey {
    init(_ key: ServiceKey) {
        self.init(namespace: key.namespace, name: key.name)
    }
}
