import Announcing
import HashTreeCollections
import IPAM
import LoadBalancing
import NetworkTypes

@testable import ARPMode
@testable import Kubernetes
@testable import KubernetesSource

// The loop, as `ServiceOperator` turns it.
extension Process {
    /// One pass is due; sometimes other threads come first.
    func ring(at now: MonotonicTime) {
        guard passDue == nil else { return }
        let isBusy = Int.random(in: 0..<50, using: &random) == 0
        let wait = Int64.random(in: 0...(isBusy ? 400_000 : 3_000), using: &random)
        passDue = now.advanced(by: .microseconds(wait))
    }

    func pass(at now: MonotonicTime) {
        passDue = nil
        passes += 1
        takeMail(at: now)
        tellNodes(at: now)
        let plan = planner.plan(at: now)
        plannerWake = plan.nextWake.map { max($0, now.advanced(by: .seconds(1))) }
        if isSynchronised { handOver(plan.announcements, at: now) }
        tellCandidates(at: now)
        if !plan.outcomes.isEmpty { write(plan.outcomes, at: now) }
    }

    private func takeMail(at now: MonotonicTime) {
        let facts = mailbox
        mailbox = [:]
        for (subject, fact) in facts { takeIn(fact, about: subject, at: now) }
        if facts[.synchronisation] != nil {
            isSynchronised = true
            planner.sourceIsSynchronised()
        }
        let told = effects
        effects = [:]
        for mode in [Mode.arp, .bgp] {
            for (address, state) in told[mode] ?? [:] {
                planner.observe(AnnouncementEffect(address: address, state: state), from: mode, at: now)
            }
        }
    }

    private func takeIn(_ fact: SourceFact, about subject: SourceSubject, at now: MonotonicTime) {
        switch (subject, fact) {
        case (.service, .service(let service)): planner.set(service, at: now)
        case (.service(let key), _): planner.remove(key, at: now)
        case (.node(let name), .node(let facts)): set(facts, for: name)
        case (.node(let name), _): set(nil, for: name)
        case (.clusterRanges, .clusterRanges(let ranges)): planner.setClusterRanges(ranges)
        case (.namespace, _), (.clusterRanges, _), (.problems, _), (.synchronisation, _), (.allocation, _): break
        }
    }

    private func set(_ facts: NodeFacts?, for name: NodeName) {
        guard nodes[name] != facts else { return }
        nodes[name] = facts
        areNodesNews = true
        planner.reserve(nodes.values.reduce(into: []) { $0.formUnion($1.addresses) })
    }

    private func tellNodes(at now: MonotonicTime) {
        guard isSynchronised, areNodesNews else { return }
        areNodesNews = false
        let nodes = NodeFacts.trusted(nodes)
        planner.setNodes(nodes)
        routing.setNodes(nodes, at: now)
        perform(custody.setNodes(nodes, unixTime: World.unixTime(now), at: now), at: now)
        if custody.roster.dependsOnTime { lookDue = now.advanced(by: .seconds(5)) }
        takeRoutes(at: now)
    }

    private func handOver(_ sets: [Mode: AnnouncementSet], at now: MonotonicTime) {
        for mode in [Mode.arp, .bgp] {
            let set = sets[mode] ?? AnnouncementSet()
            guard handedOver[mode] != set, ending == nil else { continue }
            handedOver[mode] = set
            switch mode {
            case .arp: perform(custody.want(set, at: now), at: now)
            case .bgp, .none: routing.want(set, at: now)
            }
        }
        takeRoutes(at: now)
    }

    private func tellCandidates(at now: MonotonicTime) {
        guard isSynchronised, ending == nil else { return }
        let candidates = planner.candidates(for: .arp, 4)
        guard expected != candidates else { return }
        expected = candidates
        perform(custody.tell(at: now) { $0.expect(candidates, at: now) }, at: now)
    }

    /// A changed configuration.
    func configure(_ settings: PlannerSettings, at now: MonotonicTime) {
        planner.configure(settings)
        ring(at: now)
    }

    // MARK: - The end

    /// SIGTERM: the lease is let go, then addresses are handed over, then what is left is written.
    func stop(at now: MonotonicTime) {
        guard ending == nil else { return }
        ending = .handingOver(until: now.advanced(by: .seconds(3)))
        if isStanding { elect(.stopped, at: now) }
        perform(custody.beginEnd(at: now), at: now)
        advanceEnding(to: now)
    }

    func advanceEnding(to now: MonotonicTime) {
        switch ending {
        case nil: break
        case .handingOver(let limit):
            guard custody.isHandedOver || limit <= now else { return }
            perform(custody.leave(at: now), at: now)
            routing.want([], at: now)
            takeRoutes(at: now)
            ending = .writing(until: now.advanced(by: .seconds(2)))
        case .writing(let limit):
            guard pending.isEmpty || limit <= now else { return }
            actions.append(.ended)
        }
    }
}
