import Announcing
import IPAM
import LoadBalancing
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

// What watches bring, as `KubernetesSource` takes it in.
extension Process {
    typealias Path<Object: Resource> = ReferenceWritableKeyPath<Process, Follower<Object>>

    func start<Object>(_ path: Path<Object>, at now: MonotonicTime) {
        guard !self[keyPath: path].hasStarted else { return }
        self[keyPath: path].hasStarted = true
        feed(.started, path, at: now)
    }

    func resume<Object>(_ path: Path<Object>, at now: MonotonicTime) {
        guard let due = self[keyPath: path].waitUntil, due <= now else { return }
        self[keyPath: path].waitUntil = nil
        feed(.waited, path, at: now)
    }

    /// The server took a watch up.
    func opened<Object>(_ path: Path<Object>, number: Int, at now: MonotonicTime) {
        guard number == self[keyPath: path].number else { return }
        isWorking(self[keyPath: path].part, at: now)
    }

    func receive<Object>(_ events: [WatchEvent<Object>], _ path: Path<Object>, number: Int, at now: MonotonicTime) {
        for event in events {
            guard number == self[keyPath: path].number, self[keyPath: path].waitUntil == nil else { return }
            feed(.received(event), path, at: now)
        }
    }

    func streamEnded<Object>(_ error: APIError?, _ path: Path<Object>, number: Int, at now: MonotonicTime) {
        guard number == self[keyPath: path].number, self[keyPath: path].waitUntil == nil else { return }
        feed(.watchEnded(error), path, at: now)
    }

    private func feed<Object>(_ event: Watcher<Object>.Event, _ path: Path<Object>, at now: MonotonicTime) {
        let part = self[keyPath: path].part
        for effect in self[keyPath: path].watcher.handle(event, at: now) {
            switch effect {
            case .deliver(let delivery):
                self[keyPath: path].take(&view, delivery)
                spread(at: now)
                isWorking(part, at: now)
            case .watch(let request):
                self[keyPath: path].number += 1
                actions.append(.watch(part, request, number: self[keyPath: path].number))
            case .wait(let duration): self[keyPath: path].waitUntil = now.advanced(by: duration)
            case .report(.synchronized): if part == .services, isCatchingUp { setAllocator(true, at: now) }
            case .report(.failing): if part == .services { isReachable = false }
            case .report(.unreadable(let object)): problems.append("\(object)")
            case .report: break
            case .list: problems.append("a list in pages, though streaming lists are there")
            }
        }
    }

    private func isWorking(_ part: ClusterView.Part, at now: MonotonicTime) {
        guard part == .services, !isReachable else { return }
        isReachable = true
        pending.release()
        pump(at: now)
    }

    // MARK: - What changed

    func spread(at now: MonotonicTime) {
        if view.needsEndpointSlices { start(\.slices, at: now) }
        let facts = replacingStandIn(view.takeFacts())
        if !facts.isEmpty, recordDue == nil, view.isSynchronised {
            recordDue = max(now.advanced(by: .seconds(1)), recordRest)
        }
        if facts[.synchronisation] != nil, !isStanding, ending == nil {
            isStanding = true
            elect(.started, at: now)
        }
        for (key, isGone) in changedServices(facts) { settle(key, isGone: isGone) }
        for departure in view.takeDepartures() where writing.isAllocator {
            pending.add(.forget(uid: departure.uid), for: departure.key)
        }
        mailbox.merge(facts) { _, new in new }
        if !facts.isEmpty { ring(at: now) }
        pump(at: now)
    }

    /// In the order of their keys, so that a run is the same each time.
    private func changedServices(_ facts: [SourceSubject: SourceFact]) -> [(ServiceKey, isGone: Bool)] {
        let changes = facts.compactMap { subject, fact -> (ServiceKey, isGone: Bool)? in
            guard case .service(let key) = subject else { return nil }
            return (key, fact == .serviceGone)
        }
        return changes.sorted { $0.0 < $1.0 }
    }

    private func settle(_ key: ServiceKey, isGone: Bool) {
        if isGone { return pending.drop(key) }
        guard let service = view.services[key], writing.removesFinalizer(from: service) else { return }
        pending.add(.tidy, for: key)
    }

    // MARK: - The state file

    func advanceSource(to now: MonotonicTime) {
        if let due = standInDue, due <= now {
            standInDue = nil
            if !view.isSynchronised, let recorded { serve(recorded, at: now) }
        }
        if let due = recordDue, due <= now {
            recordDue = nil
            recordRest = now.advanced(by: .seconds(10))
            recorded = Recorded(services: view.recordedServices(), nodes: view.allNodes())
        }
    }

    private func serve(_ recorded: Recorded, at now: MonotonicTime) {
        var facts: [SourceSubject: SourceFact] = [:]
        for service in recorded.services { facts[.service(service.key)] = .service(service) }
        for node in recorded.nodes { facts[.node(node.name)] = .node(node) }
        standIn = Set(facts.keys)
        facts[.synchronisation] = .synchronised
        mailbox.merge(facts) { _, new in new }
        ring(at: now)
    }

    private func replacingStandIn(_ facts: [SourceSubject: SourceFact]) -> [SourceSubject: SourceFact] {
        guard let standIn, facts[.synchronisation] != nil else { return facts }
        var facts = facts
        for subject in standIn where facts[subject] == nil {
            switch subject {
            case .service: facts[subject] = .serviceGone
            case .node: facts[subject] = .nodeGone
            case .namespace, .clusterRanges, .synchronisation, .problems, .allocation: break
            }
        }
        self.standIn = nil
        return facts
    }
}
