public import IPAM
public import LoadBalancing
public import NetworkTypes
public import ServiceLifecycle

/// Where Services come from, and where what became of them is written.
public protocol ServiceSource: Service {
    /// What the source holds, as it changes; `.synchronised` is posted once everything that exists has been.
    var changes: KeyedMailbox<SourceSubject, SourceFact> { get }

    /// Makes the records, statuses and conditions so. Writing is level-triggered: the newest outcome of a Service
    /// replaces older ones, one that is already true costs nothing, and the source retries by itself without holding
    /// up other Services. A record that has been written comes back as a change of the Service.
    func write(_ outcomes: [ServiceOutcome]) async

    /// Tells people about what happened to a Service, where the source has a way to.
    func publish(_ events: [ServiceEvent]) async
}

/// What a fact is about.
public enum SourceSubject: Hashable, Sendable {
    case service(ServiceKey)
    case namespace(String)
    case node(NodeName)
    case clusterRanges
    case synchronisation
    case problems
    case allocation
}

/// What a source says about a subject.
public enum SourceFact: Hashable, Sendable {
    case service(LoadBalancerService)
    case serviceGone
    case namespace(labels: [String: String])
    case namespaceGone
    /// A node as the cluster sees it.
    case node(NodeFacts)
    case nodeGone
    /// From which the cluster gives its Services cluster IPs.
    case clusterRanges([AddressRange])
    /// Everything the source cannot read now, a sentence with its place each.
    case problems([String])
    /// Whether this node allocates; if not, why a Service without a record has none. With `keepsStatus` the statuses that
    /// this node writes are its own, and no other node writes them. Whoever takes this in has taken in all facts posted
    /// before.
    case allocation(isOwn: Bool, waiting: Obstacle?, keepsStatus: Bool)
    /// The first listing is complete: whoever allocates may begin, once it has taken in all facts posted before.
    case synchronised
}
