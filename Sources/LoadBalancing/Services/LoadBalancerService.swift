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
        /// `port` and `protocol`: what it takes of an address that is shared.
        public var claim: PortClaim
        /// Zero when none is allocated.
        public var nodePort: UInt16

        /// By default unnamed and without a node port.
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

    /// `metadata.namespace` and `metadata.name`.
    public var key: ServiceKey
    /// Differs when a Service is deleted and created again under its name; empty where the source knows none.
    public var uid = ""
    /// Seconds since 1970; zero where the source knows none. The older of two claimants of an address keeps it.
    public var createdAt: Int64 = 0
    /// `metadata.generation`; zero where the source knows none.
    public var generation: Int64 = 0
    /// Whether `metadata.deletionTimestamp` is set.
    public var isDeleting = false
    /// Whether `spec.type` is `LoadBalancer`.
    public var isLoadBalancer = true
    /// `spec.loadBalancerClass`; nil: no class.
    public var loadBalancerClass: String?
    /// `spec.loadBalancerIP` as written.
    public var loadBalancerIP: String?
    /// Its addresses inside the cluster, which it cannot have outside.
    public var clusterIPs: [IPAddress] = []
    /// `metadata.labels`, which the selectors of pools look at.
    public var labels: [String: String] = [:]
    /// Those that begin with `Annotation.prefix`, as written.
    public var annotations: [String: String] = [:]
    /// `spec.selector`; two Services of `externalTrafficPolicy: Local` share an address only when theirs are equal.
    public var selector: [String: String] = [:]
    /// `spec.ports`, without those whose protocol is not TCP, UDP or SCTP.
    public var ports: [Port] = []
    /// In the Service's order; empty where the author left the choice open.
    public var ipFamilies: [AddressFamily] = []
    /// `.singleStack` unless the source says otherwise.
    public var familyPolicy = FamilyPolicy.singleStack
    /// `.cluster` unless the source says otherwise.
    public var trafficPolicy = TrafficPolicy.cluster
    /// `.unknown` where the source does not look for them.
    public var endpoints = EndpointFacts.unknown
    /// Why the node that allocates gave it no address, where the source tells; nil where it allocates itself.
    public var refusal: Obstacle?
    /// What stands in `status.loadBalancer.ingress` and was written by herald.
    public var writtenIngress: [IPAddress] = []
    /// The addresses that it was given by what its author cannot write: herald's condition `Allocated`, or the source's own
    /// records.
    public var confirmedAddresses: [IPAddress] = []
    /// Whether herald's condition `Allocated` is true; nil where there is none.
    public var writtenAllocated: Bool?
    /// Whether herald's condition `Announced` is true; nil where there is none.
    public var writtenAnnounced: Bool?

    /// A Service of type `LoadBalancer` with nothing but a name; the other facts are set one by one.
    public init(key: ServiceKey) {
        self.key = key
    }

    /// Whether anything stands on it that herald wrote.
    var carriesTraces: Bool { !recordedAddresses.isEmpty || !writtenIngress.isEmpty || hasConditions }
    private var hasConditions: Bool { writtenAllocated != nil || writtenAnnounced != nil }

    /// The addresses in the record, leaving out what cannot be read; never more than sixteen.
    public var recordedAddresses: [IPAddress] { addresses(in: Annotation.assigned) }

    /// Whether more than the record says that the Service was given the address: the record is an annotation, which its
    /// author can write, too.
    public func confirms(_ address: IPAddress) -> Bool {
        confirmedAddresses.contains(address) || writtenIngress.contains(address)
    }

    /// The addresses that a node found in use by another host, as `recordedAddresses`.
    public var reportedConflicts: [IPAddress] { addresses(in: Annotation.conflict) }

    private func addresses(in annotation: String) -> [IPAddress] {
        guard let text = annotations[annotation], !text.isEmpty else { return [] }
        // Nearly always one, as herald writes it; it is read again and again.
        if let address = IPAddress(text) { return [address] }
        return text.split(separator: ",").prefix(16).compactMap {
            IPAddress(AddressListReader.trimmed($0))
        }
    }
}
