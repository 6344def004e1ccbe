import Kubernetes
import LoadBalancing
import NetworkTypes

/// One request that changes a Service.
struct ServiceWrite: Equatable, Sendable {
    enum Target: Equatable, Sendable {
        /// The object without its status.
        case main
        case status
    }

    var target: Target
    /// A JSON merge patch (RFC 7396) that holds for this very state of the object only.
    var patch: JSONValue
    /// Whether traffic hangs on it; what only informs may wait for what comes next.
    var isUrgent: Bool
}

/// Says which writes make an outcome true: none when it is.
///
/// Each patch carries the resource version and UID of the Service it was decided for; the next one is to be decided
/// anew on the answer. Nothing that others wrote is changed: their annotations, finalizers and conditions stay.
struct OutcomeWriting: Sendable {
    static let cleanupFinalizer = "service.kubernetes.io/load-balancer-cleanup"

    /// Whether a single address is mirrored in `spec.loadBalancerIP`.
    var mirrorsLoadBalancerIP = true
    var claim = ClaimPolicy()
    /// Whether this node is the one that tidies up behind other controllers.
    var isAllocator = false

    /// The writes in order; an outcome for another UID needs none.
    func writes(
        for outcome: ServiceOutcome?, on service: Kubernetes.Service, at time: Timestamp
    ) -> [ServiceWrite] {
        let outcome = outcome?.uid == service.metadata.uid ? outcome : nil
        return [mainWrite(outcome, service), statusWrite(outcome, service, at: time)].compactMap { $0 }
    }

    // MARK: - The object

    private func mainWrite(_ outcome: ServiceOutcome?, _ service: Kubernetes.Service) -> ServiceWrite? {
        var metadata: [JSONValue.Member] = []
        var spec: [JSONValue.Member] = []
        let annotations = annotationChanges(outcome, service)
        if !annotations.isEmpty { metadata.append(.init("annotations", .strings(annotations))) }
        if let record = outcome?.record {
            if let change = mirrorChange(to: record, service) { spec.append(.init("loadBalancerIP", change)) }
        }
        if removesFinalizer(from: service) {
            let rest = service.metadata.finalizers.filter { $0 != Self.cleanupFinalizer }
            metadata.append(.init("finalizers", .array(rest.map(JSONValue.string))))
        }
        guard !metadata.isEmpty || !spec.isEmpty else { return nil }
        var members = [JSONValue.Member("metadata", .object(precondition(service) + metadata))]
        if !spec.isEmpty { members.append(.init("spec", .object(spec))) }
        return ServiceWrite(target: .main, patch: .object(members), isUrgent: true)
    }

    /// Nil removes an annotation.
    private func annotationChanges(_ outcome: ServiceOutcome?, _ service: Kubernetes.Service) -> [String: String?] {
        let present = service.metadata.annotations
        var changes: [String: String?] = [:]
        func change(_ name: String, to addresses: [IPAddress]) {
            let text = addresses.isEmpty ? nil : addresses.map(\.description).joined(separator: ",")
            if present[name] != text { changes.updateValue(text, forKey: name) }
        }
        if let record = outcome?.record {
            change(Annotation.assigned, to: record)
            // A report is answered once the record names none of its addresses.
            let reported = ServiceReading.service(service, endpoints: .unknown).reportedConflicts
            if reported.allSatisfy({ !record.contains($0) }) { change(Annotation.conflict, to: []) }
        }
        if let conflicts = outcome?.conflicts { change(Annotation.conflict, to: conflicts) }
        return changes
    }

    /// What `spec.loadBalancerIP` should become; nil: it stays. One that differs from the record is its author's
    /// request, and is left alone.
    private func mirrorChange(to record: [IPAddress], _ service: Kubernetes.Service) -> JSONValue? {
        guard mirrorsLoadBalancerIP else { return nil }
        let present = service.spec.loadBalancerIP
        let formerly = ServiceReading.service(service, endpoints: .unknown).recordedAddresses
        let isMirror = IPAddress(present).map { formerly == [$0] } ?? false
        guard present.isEmpty || isMirror else { return nil }
        // Its author may spell the address otherwise.
        if record.count == 1, IPAddress(present) == record[0] { return nil }
        let wanted = record.count == 1 ? record.first?.description : nil
        guard wanted ?? "" != present else { return nil }
        return wanted.map(JSONValue.string) ?? .null
    }

    /// Only on a Service that is surely ours: it names our class, or carries what herald wrote.
    func removesFinalizer(from service: Kubernetes.Service) -> Bool {
        isAllocator && service.metadata.deletionTimestamp != nil
            && service.metadata.finalizers.contains(Self.cleanupFinalizer)
            && ServiceReading.isClaimed(service, by: claim)
            && (service.spec.loadBalancerClass == claim.loadBalancerClass || ServiceReading.hasTraces(service))
    }

    private func precondition(_ service: Kubernetes.Service) -> [JSONValue.Member] {
        [
            .init("uid", .string(service.metadata.uid)),
            .init("resourceVersion", .string(service.metadata.resourceVersion)),
        ]
    }

    // MARK: - The status

    private func statusWrite(
        _ outcome: ServiceOutcome?, _ service: Kubernetes.Service, at time: Timestamp
    ) -> ServiceWrite? {
        guard let outcome else { return nil }
        let ingress = ingressChange(outcome, service)
        let conditions = outcome.conditions.flatMap {
            Self.merged($0, into: service.status.conditions, at: time)
        }
        guard ingress != nil || conditions != nil else { return nil }
        var status: [JSONValue.Member] = []
        if let ingress {
            status.append(.init("loadBalancer", .object([.init("ingress", .array(ingress.map(\.json)))])))
        }
        if let conditions { status.append(.init("conditions", .array(conditions.map(\.json)))) }
        return ServiceWrite(
            target: .status,
            patch: .object([
                .init("metadata", .object(precondition(service))), .init("status", .object(status)),
            ]),
            // Clearing may wait: an address that moves is somewhere else in a moment.
            isUrgent: ingress?.isEmpty == false)
    }

    /// The new list; nil when what stands says the same.
    private func ingressChange(
        _ outcome: ServiceOutcome, _ service: Kubernetes.Service
    ) -> [LoadBalancerIngress]? {
        guard let addresses = outcome.ingress else { return nil }
        let present = service.status.loadBalancer.ingress
        guard ServiceReading.isClaimed(service, by: claim) else {
            // Out of our scope: what herald wrote goes, what others wrote is theirs.
            return ServiceReading.writtenIngress(of: service).isEmpty || !addresses.isEmpty ? nil : []
        }
        let wanted = addresses.map { LoadBalancerIngress(ip: $0.description, ipMode: "VIP") }
        let isSame =
            present.count == wanted.count
            && zip(present, wanted).allSatisfy { present, wanted in
                present.ip == wanted.ip && present.ipMode ?? "VIP" == "VIP" && present.hostname.isEmpty
                    && present.ports.allSatisfy { $0.error == nil }
            }
        return isSame ? nil : wanted
    }

    /// All conditions with ours brought up to date by type, or without any of ours when none are wanted; nil when that
    /// changes nothing. The transition time changes with the status only.
    static func merged(
        _ ours: [LoadBalancing.Condition], into present: [Kubernetes.Condition], at time: Timestamp
    ) -> [Kubernetes.Condition]? {
        var all = present
        if ours.isEmpty { all.removeAll { LoadBalancing.Condition.Kind(rawValue: $0.type) != nil } }
        for condition in ours {
            let place = all.firstIndex { $0.type == condition.kind.rawValue }
            var new = Kubernetes.Condition(
                type: condition.kind.rawValue, status: condition.isTrue ? "True" : "False",
                observedGeneration: condition.observedGeneration, lastTransitionTime: time,
                reason: condition.reason, message: condition.message)
            guard let place else {
                all.append(new)
                continue
            }
            if all[place].status == new.status {
                new.lastTransitionTime = all[place].lastTransitionTime ?? time
            }
            all[place] = new
        }
        return all == present ? nil : all
    }
}
