public import IPAM
import NetworkTypes

/// A Service in one block of memory, as which many are kept. Equal Services give equal ones.
public struct PackedService: Hashable, Sendable {
    /// Its own, beside the rest, for tables.
    public let key: ServiceKey
    private let octets: [UInt8]

    /// Packs a Service; `service` unpacks it, some microseconds later equal to what it was.
    public init(_ service: LoadBalancerService) {
        key = service.key
        var writer = PackedWriter()
        writer.write(service)
        octets = writer.packed
    }

    /// How many octets it takes besides the key.
    var size: Int { octets.count }

    /// The Service, unpacked anew at each call.
    public var service: LoadBalancerService {
        var reader = PackedReader(octets)
        return reader.service(key)
    }
}

extension PackedWriter {
    /// All but the key. What the age is told from comes first.
    mutating func write(_ service: LoadBalancerService) {
        write(service.createdAt)
        write(service.uid)
        write(service.generation)
        write(service.isDeleting)
        write(service.isLoadBalancer)
        write(service.loadBalancerClass)
        write(service.loadBalancerIP)
        write(service.clusterIPs)
        write(service.labels)
        write(service.annotations)
        write(service.selector)
        write(service.ports) { $0.write($1) }
        write(service.ipFamilies) { $0.write($1 == .ipv6) }
        write(service.familyPolicy)
        write(service.trafficPolicy == .local)
        write(service.endpoints)
        write(service.refusal) {
            $0.write($1.reason)
            $0.write($1.sentence)
        }
        write(service.writtenIngress)
        write(service.confirmedAddresses)
        write(service.writtenAllocated) { $0.write($1) }
        write(service.writtenAnnounced) { $0.write($1) }
    }

    private mutating func write(_ port: LoadBalancerService.Port) {
        write(port.name)
        let transport: UInt64 =
            switch port.claim.transport {
            case .tcp: 0
            case .udp: 1
            case .sctp: 2
            }
        write(transport)
        write(port.claim.port)
        write(port.nodePort)
    }

    private mutating func write(_ policy: LoadBalancerService.FamilyPolicy) {
        let number: UInt64 =
            switch policy {
            case .singleStack: 0
            case .preferDualStack: 1
            case .requireDualStack: 2
            }
        write(number)
    }

    private mutating func write(_ endpoints: EndpointFacts) {
        guard case .known(let known) = endpoints else { return write(false) }
        write(true)
        write(known.readyNodes.map(\.text).sorted())
        write(known.terminatingNodes.map(\.text).sorted())
        write(known.hasReadyElsewhere)
    }
}

extension PackedReader {
    /// What `PackedWriter.write` wrote of the Service with that key.
    mutating func service(_ key: ServiceKey) -> LoadBalancerService {
        var service = LoadBalancerService(key: key)
        service.createdAt = signed()
        service.uid = text()
        service.generation = signed()
        service.isDeleting = flag()
        service.isLoadBalancer = flag()
        service.loadBalancerClass = optional { $0.text() }
        service.loadBalancerIP = optional { $0.text() }
        service.clusterIPs = addresses()
        service.labels = texts()
        service.annotations = texts()
        service.selector = texts()
        service.ports = list { $0.port() }
        service.ipFamilies = list { $0.flag() ? .ipv6 : .ipv4 }
        service.familyPolicy = familyPolicy()
        service.trafficPolicy = flag() ? .local : .cluster
        service.endpoints = endpoints()
        service.refusal = optional { Obstacle(reason: $0.text(), sentence: $0.text()) }
        service.writtenIngress = addresses()
        service.confirmedAddresses = addresses()
        service.writtenAllocated = optional { $0.flag() }
        service.writtenAnnounced = optional { $0.flag() }
        return service
    }

    private mutating func port() -> LoadBalancerService.Port {
        let name = text()
        let transport: PortClaim.Transport =
            switch unsigned() {
            case 0: .tcp
            case 1: .udp
            default: .sctp
            }
        let port = uint16()
        return LoadBalancerService.Port(name: name, transport, port, nodePort: uint16())
    }

    private mutating func familyPolicy() -> LoadBalancerService.FamilyPolicy {
        switch unsigned() {
        case 0: .singleStack
        case 1: .preferDualStack
        default: .requireDualStack
        }
    }

    private mutating func endpoints() -> EndpointFacts {
        guard flag() else { return .unknown }
        let ready = list { NodeName($0.text()) }
        let terminating = list { NodeName($0.text()) }
        return .known(
            EndpointFacts.Known(
                readyNodes: Set(ready), terminatingNodes: Set(terminating), hasReadyElsewhere: flag()))
    }
}
