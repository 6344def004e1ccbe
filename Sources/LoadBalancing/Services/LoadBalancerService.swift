public import IPAM
public import NetworkTypes

/// A Service as far as it concerns load balancing, from whichever source.
///
/// `Service` alone is the name of a long-lived part of the process (service-lifecycle).
public struct LoadBalancerService: Hashable, Sendable {
    /// One entry of `spec.ports`.
    public struct Port: Hashable, Sendable {
        /// Empty for a single unnamed port.
        public var name: String
        public var claim: PortClaim
        /// Zero when none is allocated.
        public var nodePort: UInt16

        public init(name: String = "", _ transport: PortClaim.Transport, _ port: UInt16, nodePort: UInt16 = 0) {
            self.name = name
            claim = PortClaim(transport, port)
            self.nodePort = nodePort
        }
    }

    /// `spec.ipFamilyPolicy`.
    public enum FamilyPolicy: String, Hashable, Sendable {
        case singleStack = "SingleStack"
        case preferDualStack = "PreferDualStack"
        case requireDualStack = "RequireDualStack"
    }

    /// `spec.externalTrafficPolicy`.
    public enum TrafficPolicy: String, Hashable, Sendable {
        /// Any node may receive the traffic and pass it on.
        case cluster = "Cluster"
        /// Only nodes with an endpoint of the Service may receive it; the client's address is kept.
        case local = "Local"
    }

    public var key: ServiceKey
    /// Differs when a Service is deleted and created again under its name; empty where the source knows none.
    public var uid = ""
    /// Seconds since 1970; zero where the source knows none. The older of two claimants of an address keeps it.
    public var createdAt: Int64 = 0
    public var generation: Int64 = 0
    public var isDeleting = false
    /// Whether `spec.type` is `LoadBalancer`.
    public var isLoadBalancer = true
    public var loadBalancerClass: String?
    /// `spec.loadBalancerIP` as written.
    public var loadBalancerIP: String?
    public var labels: [String: String] = [:]
    /// Those that begin with `Annotation.prefix`, as written.
    public var annotations: [String: String] = [:]
    public var selector: [String: String] = [:]
    public var ports: [Port] = []
    /// In the Service's order; empty where the author left the choice open.
    public var ipFamilies: [AddressFamily] = []
    public var familyPolicy = FamilyPolicy.singleStack
    public var trafficPolicy = TrafficPolicy.cluster
    public var endpoints = EndpointFacts.unknown
    /// What stands in `status.loadBalancer.ingress` and was written by herald.
    public var writtenIngress: [IPAddress] = []
    /// Whether herald's condition `Announced` is true; nil where there is none.
    public var writtenAnnounced: Bool?
    /// Whether any condition of herald's stands in the status.
    public var hasWrittenConditions = false

    public init(key: ServiceKey) {
        self.key = key
    }

    /// Whether anything stands on it that herald wrote.
    var carriesTraces: Bool { !recordedAddresses.isEmpty || !writtenIngress.isEmpty || hasWrittenConditions }

    /// The addresses in the record, leaving out what cannot be read; never more than sixteen.
    public var recordedAddresses: [IPAddress] {
        (annotations[Annotation.assigned] ?? "").split(separator: ",").prefix(16).compactMap {
            IPAddress(AddressListReader.trimmed($0))
        }
    }
}
