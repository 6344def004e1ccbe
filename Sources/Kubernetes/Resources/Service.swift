/// A Service (core/v1).
public struct Service: Resource {
    /// core/v1.
    public static let kind = ResourceKind(
        group: "", version: "v1", name: "Service", plural: "services", isNamespaced: true)

    /// Name, labels and the like.
    public var metadata: ObjectMeta
    /// What is wanted.
    public var spec: ServiceSpec
    /// What is.
    public var status: ServiceStatus

    /// A Service as it is read.
    public init(
        metadata: ObjectMeta, spec: ServiceSpec = ServiceSpec(), status: ServiceStatus = ServiceStatus()
    ) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    private enum Key: String, CodingKey {
        case metadata, spec, status
    }

    /// A Service as it is read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decode(.spec, default: ServiceSpec())
        status = try container.decode(.status, default: ServiceStatus())
    }
}

/// What a Service is to be. Enumerations stay strings, so that a value from the future is no error.
public struct ServiceSpec: Decodable, Equatable, Sendable {
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    public var type = "ClusterIP"
    /// Who is to act on it; nil: the cluster's default.
    public var loadBalancerClass: String?
    /// Empty when not set.
    public var loadBalancerIP = ""
    /// At least one, for most types.
    public var ports: [ServicePort] = []
    /// Labels of its pods.
    public var selector: [String: String] = [:]
    /// One of each family; `None` for headless ones.
    public var clusterIPs: [String] = []
    /// `IPv4`, `IPv6`; the primary one first.
    public var ipFamilies: [String] = []
    /// `SingleStack`, `PreferDualStack` or `RequireDualStack`.
    public var ipFamilyPolicy: String?
    /// `Cluster` or `Local`.
    public var externalTrafficPolicy = "Cluster"
    /// Endpoints count as ready in any case.
    public var publishNotReadyAddresses = false

    /// A Service as it is read.
    public init() {}

    private enum Key: String, CodingKey {
        case type, loadBalancerClass, loadBalancerIP, ports, selector, clusterIPs
        case ipFamilies, ipFamilyPolicy, externalTrafficPolicy, publishNotReadyAddresses
    }

    /// A Service as it is read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        type = try container.decode(.type, default: type)
        loadBalancerClass = try container.decode(.loadBalancerClass)
        loadBalancerIP = try container.decode(.loadBalancerIP, default: "")
        ports = try container.decode(.ports, default: [])
        selector = try container.decode(.selector, default: [:])
        clusterIPs = try container.decode(.clusterIPs, default: [])
        ipFamilies = try container.decode(.ipFamilies, default: [])
        ipFamilyPolicy = try container.decode(.ipFamilyPolicy)
        externalTrafficPolicy = try container.decode(
            .externalTrafficPolicy, default: externalTrafficPolicy)
        publishNotReadyAddresses = try container.decode(.publishNotReadyAddresses, default: false)
    }
}

/// A port that a Service answers on.
public struct ServicePort: Decodable, Hashable, Sendable {
    /// Empty when there is only one.
    public var name: String
    /// `TCP`, `UDP` or `SCTP`.
    public var protocolName: String
    /// Of the Service.
    public var port: UInt16
    /// 0 when none.
    public var nodePort: UInt16

    /// A Service as it is read.
    public init(name: String = "", protocolName: String = "TCP", port: UInt16) {
        self.name = name
        self.protocolName = protocolName
        self.port = port
        nodePort = 0
    }

    private enum Key: String, CodingKey {
        case name
        case protocolName = "protocol"
        case port, nodePort
    }

    /// A Service as it is read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(.name, default: "")
        protocolName = try container.decode(.protocolName, default: "TCP")
        port = try container.decode(UInt16.self, forKey: .port)
        nodePort = try container.decode(.nodePort, default: 0)
    }
}
