import Announcing
import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes

/// What is known of the cluster, and which facts follow from it: a value that watches fill and that says what changed.
///
/// Nothing is said before everything that is needed has been delivered once; the first facts end with `.synchronised`.
/// Of a Service whose endpoints come to matter nothing new is said before they are known, and nothing at all of one without
/// a record before its namespace is.
struct ClusterView: Sendable {
    /// What a watch must have delivered before the first facts.
    enum Part: Hashable, Sendable, CaseIterable {
        case services, endpointSlices, nodes, namespaces, serviceCIDRs
    }

    /// A Service that is gone from the list: deleted, or of another type now.
    struct Departure: Hashable, Sendable {
        var key: ServiceKey
        var uid: String
    }

    var claim: ClaimPolicy
    var requireEndpoints: Bool
    private var parts: Set<Part>

    private(set) var services = KeptServices()
    /// Up to which version the watch of Services has brought them.
    private var servicesVersion = ""
    private var slices = KeptSlices()
    private var nodes: [NodeName: NodeFacts] = [:]
    private var namespaces: [String: [String: String]] = [:]
    /// By the name of the object.
    private var clusterRanges: [String: [AddressRange]] = [:]

    /// Whether any Service ever needed its EndpointSlices, so that they must be watched.
    private(set) var needsEndpointSlices = false
    private var delivered: Set<Part> = []
    private(set) var isSynchronised = false
    private var touched: Set<SourceSubject> = []
    /// The hash of what was last said of each subject.
    private var said: [SourceSubject: Int] = [:]
    /// Services that left while they carried what herald wrote.
    private var departures: [Departure] = []

    init(
        claim: ClaimPolicy, requireEndpoints: Bool, watchesNodes: Bool, watchesNamespaces: Bool,
        watchesServiceCIDRs: Bool = false
    ) {
        self.claim = claim
        self.requireEndpoints = requireEndpoints
        var parts: Set<Part> = [.services, .endpointSlices]
        if watchesNodes { parts.insert(.nodes) }
        if watchesNamespaces { parts.insert(.namespaces) }
        if watchesServiceCIDRs { parts.insert(.serviceCIDRs) }
        self.parts = parts
    }

    /// Whether a part has been delivered.
    func has(_ part: Part) -> Bool { delivered.contains(part) }

    /// Goes on without a part that cannot be had.
    mutating func waive(_ part: Part) {
        delivered.insert(part)
    }

    /// Counts a part among those that are needed.
    mutating func require(_ part: Part) {
        parts.insert(part)
    }

    private func needsEndpoints(_ service: Kubernetes.Service) -> Bool {
        ServiceReading.needsEndpoints(service, claim: claim, requireEndpoints: requireEndpoints)
    }

    // MARK: - Services

    /// Takes what the watch of Services brought. An object older than the one that is known is passed over: the answer
    /// to a write may be ahead of the watch. Where all of it is older than what the watch brought before, the server was
    /// put back to an earlier state, and that is how things are.
    mutating func take(_ delivery: Delivery<Kubernetes.Service>) {
        switch delivery {
        case .put(let service):
            servicesVersion = service.metadata.resourceVersion
            put(service)
        case .remove(let key): remove(ServiceKey(key))
        case .replace(let all, let kept, let version):
            let present = Set(all.map { ServiceKey($0.metadata.key) }).union(kept.map { ServiceKey($0) })
            for key in services.keys where !present.contains(key) { remove(key) }
            let isRestored = ResourceVersionOrder.isEarlier(version, than: servicesVersion)
            servicesVersion = version
            for service in all where isRestored || !isOvertaken(service) { store(service) }
            delivered.insert(.services)
        }
    }

    /// Takes the answer to a write or a read; true if it is the Service that is known. A Service that the watch has
    /// not shown, or has shown to be gone, is not brought back by it; one that is no load balancer any more leaves, as the
    /// watch will show it, too.
    mutating func absorb(_ service: Kubernetes.Service) -> Bool {
        let key = ServiceKey(service.metadata.key)
        guard services.identity(of: key)?.uid == service.metadata.uid else { return false }
        guard service.spec.type == "LoadBalancer" || isOvertaken(service) else {
            remove(key)
            return false
        }
        put(service)
        return true
    }

    /// Whether a later version of the same object is known.
    private func isOvertaken(_ service: Kubernetes.Service) -> Bool {
        guard let known = services.identity(of: ServiceKey(service.metadata.key)) else { return false }
        return known.uid == service.metadata.uid
            && ResourceVersionOrder.isEarlier(service.metadata.resourceVersion, than: known.resourceVersion)
    }

    private mutating func put(_ service: Kubernetes.Service) {
        if !isOvertaken(service) { store(service) }
    }

    private mutating func store(_ service: Kubernetes.Service) {
        let key = ServiceKey(service.metadata.key)
        services[key] = service
        if needsEndpoints(service) { needsEndpointSlices = true }
        touched.insert(.service(key))
    }

    private mutating func remove(_ key: ServiceKey) {
        guard let service = services.remove(key) else { return }
        if service.metadata.deletionTimestamp == nil, ServiceReading.hasTraces(service) {
            departures.append(Departure(key: key, uid: service.metadata.uid))
        }
        touched.insert(.service(key))
    }

    // MARK: - EndpointSlices

    /// Takes what the watch of EndpointSlices brought. All are kept as summaries, because a Service may come to need
    /// them at any time.
    mutating func take(_ delivery: Delivery<EndpointSlice>) {
        switch delivery {
        case .put(let slice): put(slice)
        case .remove(let key): removeSlice(key)
        case .replace(let all, let kept, _):
            let present = Set(all.map(\.metadata.key)).union(kept)
            for key in Array(slices.keys) where !present.contains(key) { removeSlice(key) }
            for slice in all { put(slice) }
            if delivered.insert(.endpointSlices).inserted {
                touched.formUnion(services.keys.map(SourceSubject.service))
            }
        }
    }

    private mutating func put(_ slice: EndpointSlice) {
        let key = slice.metadata.key
        guard let facts = SliceFacts(slice) else { return removeSlice(key) }
        let owner = ServiceKey(namespace: key.namespace, name: facts.service)
        if let former = slices.owner(of: key), former != owner { removeSlice(key) }
        if slices.put(facts, for: key) { touch(owner) }
    }

    private mutating func removeSlice(_ key: ObjectKey) {
        if let owner = slices.remove(key) { touch(owner) }
    }

    /// Slices of Services that are not load balancers are of no interest.
    private mutating func touch(_ owner: ServiceKey) {
        if services.contains(owner) { touched.insert(.service(owner)) }
    }

    // MARK: - Nodes and namespaces

    mutating func take(_ delivery: Delivery<Kubernetes.Node>) {
        switch delivery {
        case .put(let node): put(node)
        case .remove(let key): removeNode(NodeName(key.name))
        case .replace(let all, let kept, _):
            let present = Set(all.map(\.metadata.name)).union(kept.map(\.name))
            for name in nodes.keys where !present.contains(name.text) { removeNode(name) }
            for node in all { put(node) }
            delivered.insert(.nodes)
        }
    }

    private mutating func put(_ node: Kubernetes.Node) {
        let facts = NodeReading.facts(of: node)
        nodes[facts.name] = facts
        touched.insert(.node(facts.name))
    }

    private mutating func removeNode(_ name: NodeName) {
        nodes[name] = nil
        touched.insert(.node(name))
    }

    mutating func take(_ delivery: Delivery<Kubernetes.Namespace>) {
        switch delivery {
        case .put(let namespace): put(namespace)
        case .remove(let key): removeNamespace(key.name)
        case .replace(let all, let kept, _):
            let present = Set(all.map(\.metadata.name)).union(kept.map(\.name))
            for name in namespaces.keys where !present.contains(name) { removeNamespace(name) }
            for namespace in all { put(namespace) }
            // One that cannot be read is there all the same.
            for key in kept where namespaces[key.name] == nil { namespaces[key.name] = [:] }
            delivered.insert(.namespaces)
        }
    }

    private mutating func put(_ namespace: Kubernetes.Namespace) {
        namespaces[namespace.metadata.name] = namespace.metadata.labels
        touched.insert(.namespace(namespace.metadata.name))
    }

    private mutating func removeNamespace(_ name: String) {
        namespaces[name] = nil
        touched.insert(.namespace(name))
    }

    mutating func take(_ delivery: Delivery<ServiceCIDR>) {
        switch delivery {
        case .put(let object): put(object)
        case .remove(let key): clusterRanges[key.name] = nil
        case .replace(let all, let kept, _):
            let present = Set(all.map(\.metadata.name)).union(kept.map(\.name))
            clusterRanges = clusterRanges.filter { present.contains($0.key) }
            for object in all { put(object) }
            delivered.insert(.serviceCIDRs)
        }
        touched.insert(.clusterRanges)
    }

    private mutating func put(_ object: ServiceCIDR) {
        clusterRanges[object.metadata.name] = object.blocks.compactMap { CIDR($0)?.range }
    }
}

// MARK: - What follows

extension ClusterView {
    /// What is new since the last call; empty until everything needed is there.
    mutating func takeFacts() -> [SourceSubject: SourceFact] {
        guard isSynchronised || isComplete else { return [:] }
        var facts: [SourceSubject: SourceFact] = [:]
        var held: Set<SourceSubject> = []
        for subject in touched {
            if awaitsSlices(subject) || awaitsNamespace(subject) {
                held.insert(subject)
                continue
            }
            let fact = fact(about: subject)
            if let fact, said.updateValue(fact.hashValue, forKey: subject) != fact.hashValue {
                facts[subject] = fact
            } else if fact == nil, said.removeValue(forKey: subject) != nil {
                facts[subject] = Self.absence(of: subject)
            }
        }
        touched = held
        if !isSynchronised {
            isSynchronised = true
            facts[.synchronisation] = .synchronised
        }
        return facts
    }

    /// What was said of a Service stays in force while its slices are to be read for the first time.
    private func awaitsSlices(_ subject: SourceSubject) -> Bool {
        guard !delivered.contains(.endpointSlices), case .service(let key) = subject, let service = services[key]
        else { return false }
        return needsEndpoints(service)
    }

    /// Whether a Service came before its namespace, whose labels choose among the pools: the watches are independent.
    private func awaitsNamespace(_ subject: SourceSubject) -> Bool {
        guard delivered.contains(.namespaces), said[subject] == nil, case .service(let key) = subject,
            namespaces[key.namespace] == nil, let service = services[key]
        else { return false }
        return service.metadata.annotations[Annotation.assigned] == nil
    }

    /// Slices count only where some Service needs them.
    private var isComplete: Bool {
        let missing = parts.subtracting(delivered)
        return missing.isEmpty || missing == [.endpointSlices] && !needsEndpointSlices
    }

    /// Services that left with what herald wrote on them, once each.
    mutating func takeDepartures() -> [Departure] {
        defer { departures = [] }
        return departures
    }

    private func fact(about subject: SourceSubject) -> SourceFact? {
        switch subject {
        case .service(let key): services[key].map { .service(reading($0, key)) }
        case .node(let name): nodes[name].map(SourceFact.node)
        case .namespace(let name): namespaces[name].map { .namespace(labels: $0) }
        case .clusterRanges: clusterRanges.isEmpty ? nil : .clusterRanges(clusterRanges.values.joined().sorted())
        case .synchronisation, .problems, .allocation: nil
        }
    }

    private static func absence(of subject: SourceSubject) -> SourceFact? {
        switch subject {
        case .service: .serviceGone
        case .node: .nodeGone
        case .namespace: .namespaceGone
        case .clusterRanges: .clusterRanges([])
        case .synchronisation, .problems, .allocation: nil
        }
    }

    private func reading(_ service: Kubernetes.Service, _ key: ServiceKey) -> LoadBalancerService {
        let endpoints: EndpointFacts =
            if needsEndpoints(service) {
                EndpointReading.facts(
                    of: slices[key].values, families: ServiceReading.families(of: service),
                    publishesNotReady: service.spec.publishNotReadyAddresses)
            } else {
                .unknown
            }
        return ServiceReading.service(service, endpoints: endpoints)
    }

    /// Puts new rules in force; every Service is looked at again.
    mutating func configure(claim: ClaimPolicy, requireEndpoints: Bool) {
        guard claim != self.claim || requireEndpoints != self.requireEndpoints else { return }
        self.claim = claim
        self.requireEndpoints = requireEndpoints
        needsEndpointSlices = needsEndpointSlices || services.values.contains(where: needsEndpoints)
        touched.formUnion(services.keys.map(SourceSubject.service))
    }
}

// MARK: - What is recorded

extension ClusterView {
    /// The Services that are ours and have a record.
    func recordedServices() -> [LoadBalancerService] {
        services.values.compactMap { service in
            let service = reading(service, ServiceKey(service.metadata.key))
            return claim.refusal(of: service) == nil && !service.recordedAddresses.isEmpty ? service : nil
        }
    }

    /// Whether the cluster has the node, as far as nodes are watched.
    func knows(_ node: NodeName) -> Bool { !parts.contains(.nodes) || nodes[node] != nil }

    /// Nodes that nothing can be sent to.
    func nodesWithoutAddress(besides own: NodeName) -> [NodeName] {
        nodes.values.filter { $0.name != own && $0.internalAddresses.isEmpty }.map(\.name).sorted()
    }

    /// All nodes.
    func allNodes() -> [NodeFacts] { Array(nodes.values) }
}
