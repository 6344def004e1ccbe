import IPAM
import NetworkTypes

/// Reads what a Service asks of IPAM from its spec and annotations.
enum ServiceRequest {
    /// Throws when a request cannot be read; the sentence names the field and what was expected.
    static func make(
        for service: LoadBalancerService, namespaceLabels: [String: String]
    ) throws(MalformedRequest) -> AddressRequest {
        var request = identity(of: service, namespaceLabels: namespaceLabels)
        if let pool = service.annotations[Annotation.pool].map(AddressListReader.trimmed), !pool.isEmpty {
            request.pool = Wording.shown(pool)
        }
        request.addresses = try requestedAddresses(of: service)
        if let own = request.addresses.first(where: service.clusterIPs.contains) { throw .clusterIP(own) }
        return request
    }

    /// What is needed to take up a record again, whatever the Service asks for now.
    static func identity(of service: LoadBalancerService, namespaceLabels: [String: String]) -> AddressRequest {
        var request = AddressRequest(service: service.key)
        request.labels = service.labels
        request.namespaceLabels = namespaceLabels
        request.families = families(of: service)
        request.ports = Set(service.ports.map(\.claim))
        if let key = service.annotations[Annotation.share].map(AddressListReader.trimmed), !key.isEmpty {
            request.sharing = .init(key: key, placement: placement(of: service))
        }
        return request
    }

    /// The annotation decides; without it `spec.loadBalancerIP`, unless that only mirrors the record.
    private static func requestedAddresses(of service: LoadBalancerService) throws(MalformedRequest) -> [IPAddress] {
        if let text = service.annotations[Annotation.addresses], !AddressListReader.trimmed(text).isEmpty {
            return try read(text, from: "annotation \(Annotation.addresses)")
        }
        guard let text = service.loadBalancerIP, !text.isEmpty else { return [] }
        let addresses = try read(text, from: "spec.loadBalancerIP")
        return service.recordedAddresses == addresses ? [] : addresses
    }

    private static func read(_ text: String, from field: String) throws(MalformedRequest) -> [IPAddress] {
        do {
            return try AddressListReader.addresses(in: text)
        } catch {
            throw .noAddress(field: field, part: error.part)
        }
    }

    private static func families(of service: LoadBalancerService) -> AddressRequest.Families {
        let listed = service.ipFamilies
        let both = listed + AddressFamily.allCases.filter { !listed.contains($0) }
        return switch service.familyPolicy {
        case .singleStack: listed.first.map { .all([$0]) } ?? .any
        case .preferDualStack: .atLeastOne(listed.isEmpty ? both : listed)
        case .requireDualStack: .all(both)
        }
    }

    /// With `Local`, traffic enters only where the pods are, so two Services fit on one address only when they choose
    /// the same pods: by the same selector, which chooses in the Service's own namespace. Without one, whoever writes its
    /// EndpointSlices chooses, and no other Service is known to have the same.
    private static func placement(of service: LoadBalancerService) -> String {
        switch service.trafficPolicy {
        case .cluster: "any node"
        case .local where service.selector.isEmpty: "nodes with pods of \(service.key)"
        case .local:
            "nodes with pods \(service.key.namespace)/"
                + service.selector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        }
    }
}

/// A request for an address that no pool has to be asked about.
enum MalformedRequest: Error, Hashable {
    /// A field that should hold addresses holds something else.
    case noAddress(field: String, part: String)
    /// The Service has the address inside the cluster.
    case clusterIP(IPAddress)

    var reason: String { "MalformedRequest" }
    var sentence: String {
        switch self {
        case .noAddress(let field, let part):
            "\(field) holds '\(part)', which is not an IP address; write addresses such as 192.0.2.10 or 2001:db8::10 "
                + "(no leading zeros, no prefix length), with commas between them"
        case .clusterIP(let address):
            "\(address) is the Service's own cluster IP, which no load balancer can have; ask for an address of a pool"
        }
    }
}
