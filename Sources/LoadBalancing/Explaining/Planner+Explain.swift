public import IPAM
import NetworkTypes

extension Planner {
    /// The gates in their order, by name.
    static let gateNames = [
        "known", "claimed", "address", "record", "mode", "endpoints", "nodes", "announced", "status",
    ]

    /// Walks through everything that must be so for a Service to have a working address, up to the first that is not. The
    /// sentences are those of events and conditions.
    public func explain(_ key: ServiceKey, _ view: NodeView) -> Explanation {
        var explanation = Explanation(subject: key.description)
        walk(key, view, &explanation)
        explanation.leave(Self.gateNames.filter { name in !explanation.gates.contains { $0.name == name } })
        return explanation
    }

    private func walk(_ key: ServiceKey, _ view: NodeView, _ explanation: inout Explanation) {
        guard let entry = services[key] else { return explanation.fail("known", absence(of: key)) }
        explanation.hold("known", "the Service exists, of type LoadBalancer")
        if let refusal = entry.claimRefusal ?? settings.claim.refusal(of: entry.service) {
            return explanation.fail("claimed", sentence(refusal))
        }
        explanation.hold(
            "claimed", entry.service.loadBalancerClass.map { "its class is ours, \($0)" } ?? "it names no class")
        guard explainAddress(of: entry, &explanation), explainRecord(of: entry, &explanation) else { return }
        guard explainMode(of: entry, &explanation) else { return }
        guard let candidates = candidates(for: entry.service) else {
            return explanation.fail("endpoints", noEndpoint(entry.service).sentence)
        }
        explanation.hold("endpoints", Self.sentence(entry.service, candidates))
        let isFine = explainNodes(of: entry, candidates, view, &explanation)
        guard explainAnnouncement(of: entry, &explanation), isFine else { return }
        explainStatus(of: entry, &explanation)
    }

    private func absence(of key: ServiceKey) -> String {
        isSynchronised
            ? "there is no Service \(key) of type LoadBalancer; check its name, its namespace and its type"
            : "what exists has not been read completely yet; look whether the source of Services answers (herald status)"
    }

    private func sentence(_ refusal: ClaimPolicy.Refusal) -> String {
        let own = settings.claim.loadBalancerClass
        return switch refusal {
        case .notLoadBalancer: "its type is not LoadBalancer; set spec.type to get an address"
        case .deleting: "it is being deleted; whoever holds its finalizers must let go"
        case .otherClass(let other):
            "its loadBalancerClass is \(other), not \(own); make the Service anew with \(own), or wait for the other "
                + "controller"
        case .classless:
            "it has no loadBalancerClass and only \(own) is claimed; make it anew with that class, or set "
                + "services.claim: both"
        case .ownClassNotClaimed:
            "its loadBalancerClass is \(own), and only Services without a class are claimed; set services.claim: both"
        }
    }

    private func explainAddress(of entry: PlannedService, _ explanation: inout Explanation) -> Bool {
        let list = entry.held.map { address in
            "\(address) of " + (ledger.pool(of: address).map { "pool '\($0.name)'" } ?? "no pool")
        }
        guard !entry.held.isEmpty else {
            explanation.fail(
                "address",
                entry.refusal?.sentence ?? (isAllocator ? "it has no address yet" : waiting.sentence))
            return false
        }
        if let remark = entry.refusal?.sentence ?? entry.notes.first?.sentence {
            explanation.gates.append(
                Explanation.Gate("address", .noted, "has \(list.joined(separator: ", ")); \(remark)"))
        } else {
            explanation.hold("address", "has \(list.joined(separator: ", "))")
        }
        return true
    }

    private func explainRecord(of entry: PlannedService, _ explanation: inout Explanation) -> Bool {
        if let address = entry.held.first(where: { !entry.recorded.contains($0) }) {
            explanation.fail(
                "record",
                "\(address) is not announced before it is recorded on the Service (annotation \(Annotation.assigned)); "
                    + "a record that does not come is told in the log of the node that allocates")
            return false
        }
        explanation.hold("record", "\(Annotation.assigned) names it")
        return true
    }

    private func explainMode(of entry: PlannedService, _ explanation: inout Explanation) -> Bool {
        let modes = Set(entry.held.map { mode(ofPool: ledger.pool(of: $0)?.name) })
        if modes.contains(.none) {
            explanation.fail(
                "mode", "\(Self.list(entry.held)) is not announced, because mode is none; set mode: arp or bgp")
            return false
        }
        explanation.hold("mode", "announced by " + modes.map(\.rawValue).sorted().joined(separator: " and "))
        return true
    }

    private static func sentence(_ service: LoadBalancerService, _ candidates: Announcement.Candidates) -> String {
        switch (candidates, service.endpoints) {
        case (.everyNode, .unknown): "endpoints are not known here and not asked for; any node may take the traffic"
        case (.everyNode, .known): "any node may take the traffic (externalTrafficPolicy: Cluster)"
        case (.nodes(let nodes), _):
            "ready pods on \(list(nodes.sorted())) (externalTrafficPolicy: Local)"
        }
    }

    /// Never the gate at which it ends on its own: whoever announces may know more.
    private func explainNodes(
        of entry: PlannedService, _ candidates: Announcement.Candidates, _ view: NodeView,
        _ explanation: inout Explanation
    ) -> Bool {
        guard !view.nodes.isEmpty else {
            explanation.hold("nodes", "no other node is known; this one, \(settings.node), may announce")
            return true
        }
        let mode = entry.held.first.map { self.mode(ofPool: ledger.pool(of: $0)?.name) } ?? settings.mode
        let (may, mayNot) = view.split(for: candidates, mode)
        let reasons = mayNot.map { "\($0.0) is \($0.1.phrase)" }
        guard !may.isEmpty else {
            let rule = view.rules[mode] ?? NodeEligibility()
            let sentence = rule.obstacle(among: view.nodes, for: candidates, at: view.time)?.sentence ?? ""
            explanation.fail("nodes", ([sentence] + reasons.prefix(20)).joined(separator: "; "))
            return false
        }
        let silent = mode == .arp ? may.filter { view.unheard.contains($0) } : []
        let heard = may.filter { !silent.contains($0) }
        guard !heard.isEmpty else {
            explanation.fail(
                "nodes",
                "no heartbeat is heard from \(Self.list(silent)), and no other node may announce; see to it that herald runs "
                    + "there and that its heartbeats come through")
            return false
        }
        var all = ["\(Self.list(heard)) may announce"] + reasons.prefix(20)
        if !silent.isEmpty { all.append("no heartbeat is heard from \(Self.list(silent))") }
        explanation.hold("nodes", all.joined(separator: "; "))
        return true
    }

    private func explainAnnouncement(of entry: PlannedService, _ explanation: inout Explanation) -> Bool {
        if let obstacle = announcementObstacle(of: entry) {
            explanation.fail("announced", obstacle.sentence)
            return false
        }
        explanation.hold("announced", whereAnnounced(entry.recorded))
        return true
    }

    private func explainStatus(of entry: PlannedService, _ explanation: inout Explanation) {
        let (inEffect, written) = (addressesInEffect(of: entry), entry.service.writtenIngress)
        // A source without UIDs, such as a directory, does not read back what it wrote.
        let isOwnWord = entry.service.uid.isEmpty && entry.statedIngress == inEffect
        if Set(inEffect) == Set(written) || isOwnWord {
            explanation.hold("status", "status.loadBalancer.ingress says \(Self.list(inEffect))")
        } else {
            let now = written.isEmpty ? "nothing" : Self.list(written)
            explanation.fail(
                "status",
                "status.loadBalancer.ingress says \(now), not \(Self.list(inEffect)) yet; a status that does not come is "
                    + "told in the log of the node that announces")
        }
    }

    static func list(_ nodes: [NodeName]) -> String {
        let shown = nodes.prefix(20).map(\.text).joined(separator: ", ")
        return nodes.count > 20 ? "\(shown) and \(nodes.count - 20) more" : shown
    }
}
