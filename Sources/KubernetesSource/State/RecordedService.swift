import IPAM
import LoadBalancing
import NetworkTypes

/// A Service in a state file: what decides about the announcement of the addresses it has.
struct RecordedService: Codable {
    struct Port: Codable {
        var transport: String
        var port: UInt16
    }

    struct Endpoints: Codable {
        var ready: [String]
        var terminating: [String]
        var elsewhere: Bool
    }

    var namespace: String
    var name: String
    var uid: String
    var created: Int64
    var loadBalancerClass: String?
    var labels: [String: String]
    var annotations: [String: String]
    var selector: [String: String]
    var ports: [Port]
    var families: [String]
    var trafficPolicy: String
    /// Nil: endpoints do not matter.
    var endpoints: Endpoints?
    /// Addresses on its record that nothing else confirmed; nil: none.
    var unconfirmed: [String]?

    init(_ service: LoadBalancerService) {
        (namespace, name, uid) = (service.key.namespace, service.key.name, service.uid)
        created = service.createdAt
        loadBalancerClass = service.loadBalancerClass
        (labels, annotations, selector) = (service.labels, service.annotations, service.selector)
        ports = service.ports.map { Port(transport: $0.claim.transport.rawValue, port: $0.claim.port) }
        families = service.ipFamilies.map(\.rawValue)
        trafficPolicy = service.trafficPolicy.rawValue
        if case .known(let known) = service.endpoints {
            endpoints = Endpoints(
                ready: known.readyNodes.map(\.text).sorted(), terminating: known.terminatingNodes.map(\.text).sorted(),
                elsewhere: known.hasReadyElsewhere)
        }
        let doubtful = service.recordedAddresses.filter { !service.confirms($0) }
        unconfirmed = doubtful.isEmpty ? nil : doubtful.map(\.description)
    }

    func facts() throws(StateFile.Unusable) -> LoadBalancerService {
        guard let policy = LoadBalancerService.TrafficPolicy(rawValue: trafficPolicy) else {
            throw StateFile.Unusable(description: "the Service \(namespace)/\(name) in it cannot be read")
        }
        var service = LoadBalancerService(key: ServiceKey(namespace: namespace, name: name))
        service.uid = uid
        service.createdAt = created
        service.loadBalancerClass = loadBalancerClass
        (service.labels, service.annotations, service.selector) = (labels, annotations, selector)
        service.ports = ports.compactMap { port in
            PortClaim.Transport(rawValue: port.transport).map { LoadBalancerService.Port($0, port.port) }
        }
        service.ipFamilies = families.compactMap(AddressFamily.init(rawValue:))
        service.trafficPolicy = policy
        if let endpoints {
            service.endpoints = .known(
                EndpointFacts.Known(
                    readyNodes: Set(endpoints.ready.map { NodeName($0) }),
                    terminatingNodes: Set(endpoints.terminating.map { NodeName($0) }),
                    hasReadyElsewhere: endpoints.elsewhere))
        }
        let doubtful = (unconfirmed ?? []).compactMap { IPAddress($0) }
        service.confirmedAddresses = service.recordedAddresses.filter { !doubtful.contains($0) }
        return service
    }
}
