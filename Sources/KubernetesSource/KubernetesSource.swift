public import Announcing
import FoundationEssentials
import IPAM
public import Kubernetes
public import LoadBalancing
public import Logging
import NetworkTypes
import ServiceLifecycle
import Synchronization

/// Services from the Kubernetes API, and what became of them written back to it.
///
/// Services are watched by `spec.type=LoadBalancer`, EndpointSlices from when a Service needs them, Nodes and Namespaces
/// if asked for. While the API is away everything stays as it was last known, and outcomes wait; when it is back, each
/// watch reads on or reads all once, and each Service is written to at most once for its newest outcome.
///
/// A write is decided on the newest object that is known and holds for that very object only. Its answer is taken in at
/// once, so that what follows from it need not wait for the watch; a conflict makes the source read the object and
/// decide anew.
///
/// In a `ServiceGroup`, list the source before the operator: it is then stopped after it, and spends up to two seconds
/// on what is still to be written. Records and statuses stay: the addresses go to other nodes, which write what is then.
public actor KubernetesSource: ServiceSource {
    /// The first batch has everything that exists, and ends with `.synchronised`.
    public nonisolated let changes = KeyedMailbox<SourceSubject, SourceFact>()

    nonisolated let client: KubernetesClient
    nonisolated let recorder: EventRecorder
    nonisolated let logger: Logger
    nonisolated let seed: UInt64
    var view: ClusterView
    var writing: OutcomeWriting
    var pending: PendingWrites
    var problems = ProblemReport()
    /// Dropped Events that were last told of, and when.
    private var told: (drops: Int, at: MonotonicTime?) = (0, nil)
    var refusals: Refusals
    /// What the newest outcome of a Service made this node's to write.
    var roles: [ServiceKey: Role] = [:]
    /// What is served until the API server has answered.
    var standIn: StandIn?
    /// Whether the state file is not what is known.
    var isStateNews = false
    var reachability = Reachability(at: Date())
    /// As at the start.
    let settings: KubernetesSourceSettings
    private var needsNodeAddresses: Bool

    nonisolated let bell: AsyncStream<Void>
    nonisolated let bellRope: AsyncStream<Void>.Continuation
    private nonisolated let sliceBell: AsyncStream<Void>
    private nonisolated let sliceBellRope: AsyncStream<Void>.Continuation
    private nonisolated let namespaceBell: AsyncStream<Void>
    private nonisolated let namespaceBellRope: AsyncStream<Void>.Continuation
    nonisolated let sweepBell: AsyncStream<Void>
    nonisolated let sweepBellRope: AsyncStream<Void>.Continuation
    /// Rung to have all Services read anew; each reading that was complete is told by its number.
    private nonisolated let readingBell: AsyncStream<Void>
    private nonisolated let readingBellRope: AsyncStream<Void>.Continuation
    private nonisolated let readings: AsyncStream<Int>
    private nonisolated let readingsRope: AsyncStream<Int>.Continuation
    private var wantedReading = 0
    nonisolated let stateBell: AsyncStream<Void>
    nonisolated let stateBellRope: AsyncStream<Void>.Continuation
    private nonisolated let synchronisation: AsyncStream<Void>
    private nonisolated let synchronisationRope: AsyncStream<Void>.Continuation
    nonisolated let isStopping = Atomic<Bool>(false)
    private nonisolated let clock = RunClock()

    /// Which parts of a Service's outcome are this node's to write, and so to tell about.
    struct Role: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let record = Role(rawValue: 1)
        static let status = Role(rawValue: 2)
    }

    /// Does nothing before `run()`. The seed spreads retries; give each node another.
    public init(client: KubernetesClient, settings: KubernetesSourceSettings, seed: UInt64, logger: Logger) {
        self.client = client
        self.settings = settings
        needsNodeAddresses = settings.needsNodeAddresses
        self.seed = seed
        self.logger = logger
        recorder = EventRecorder(client, controller: "herald-lb.io/herald", instance: settings.node.text, seed: seed)
        view = ClusterView(
            claim: settings.claim, requireEndpoints: settings.requireEndpoints, watchesNodes: settings.watchesNodes,
            watchesNamespaces: settings.watchesNamespaces, watchesServiceCIDRs: true)
        writing = OutcomeWriting(mirrorsLoadBalancerIP: settings.writesLoadBalancerIP, claim: settings.claim)
        pending = PendingWrites(seed: seed)
        refusals = Refusals(seed: seed)
        (bell, bellRope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (sliceBell, sliceBellRope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (namespaceBell, namespaceBellRope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (sweepBell, sweepBellRope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (readingBell, readingBellRope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (readings, readingsRope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (stateBell, stateBellRope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (synchronisation, synchronisationRope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        if settings.watchesNamespaces { namespaceBellRope.yield() }
    }

    var now: MonotonicTime { clock.now }

    /// Runs until graceful shutdown or cancellation. Never throws: what fails is a problem, and is tried again.
    public func run() async throws {
        let keeper = makeStateKeeper()
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                startWatches(in: &group)
                group.addTask { await self.sweepLoop() }
                if let keeper {
                    group.addTask { await self.standIn(with: keeper) }
                    group.addTask { await self.recordLoop(with: keeper) }
                }
                group.addTask { [recorder] in
                    await recorder.run(hear: { await self.hearOfEvent($0) }, turn: { await self.untilWritten() })
                }
                await writeLoop()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.isStopping.store(true, ordering: .releasing)
            self.bellRope.yield()
        }
        if let keeper { await record(with: keeper) }
        changes.finish()
        synchronisationRope.finish()
        readingsRope.finish()
    }

    private func makeStateKeeper() -> StateKeeper? {
        guard let directory = settings.stateDirectory else { return nil }
        do {
            return try StateKeeper(directory: directory)
        } catch {
            logger.error("nothing is recorded for a start without the API server", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Returns once all that exists has been read from the API, or the source has ended, or the task is cancelled. For
    /// one who waits.
    public nonisolated func untilSynchronised() async {
        for await _ in synchronisation { return }
    }

    /// How the source stands with the API server.
    public func report() -> KubernetesSourceReport {
        let isReachable = reachability.isReachable && view.isSynchronised
        return KubernetesSourceReport(
            server: client.server, isReachable: isReachable, since: reachability.since, reason: reachability.reason,
            snapshot: view.isSynchronised ? (isReachable ? Date() : reachability.since) : standIn?.written,
            isFromStateFile: standIn != nil)
    }

    private func startWatches(in group: inout DiscardingTaskGroup) {
        group.addTask { await self.followServices() }
        group.addTask {
            // Watched from when it is first needed.
            for await _ in self.sliceBell { break }
            await self.follow(
                EndpointSlice.self, .endpointSlices, Selection(labels: EndpointSlice.serviceNameLabel), number: 1
            ) { $0.take($1) }
        }
        group.addTask { await self.followServiceCIDRs() }
        if settings.watchesNodes {
            group.addTask {
                await self.follow(Kubernetes.Node.self, .nodes, Selection(), number: 2) { $0.take($1) }
            }
        }
        group.addTask {
            // As with slices; pools may come to select by namespace.
            for await _ in self.namespaceBell { break }
            await self.follow(Kubernetes.Namespace.self, .namespaces, Selection(), number: 3) { $0.take($1) }
        }
    }

    /// Begins anew when all Services are to be read again.
    private nonisolated func followServices() async {
        while !Task.isCancelled {
            let reading = await wantedReading
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await self.follow(
                        Kubernetes.Service.self, .services, Selection(fields: "spec.type=LoadBalancer"), number: 0,
                        reading: reading
                    ) { $0.take($1) }
                }
                for await _ in readingBell { break }
                group.cancelAll()
            }
        }
    }

    /// Reads all Services once more, so that whatever was written before the call is known after it; false when the source
    /// has ended or the task was cancelled. For one caller at a time.
    ///
    /// A watch shows what was written only after a time that has no bound: whoever is to decide in the place of another
    /// has to know first what that one decided.
    func catchUp() async -> Bool {
        wantedReading += 1
        let wanted = wantedReading
        readingBellRope.yield()
        for await reading in readings where reading >= wanted { return true }
        return false
    }

    func noteReading(_ reading: Int) {
        readingsRope.yield(reading)
    }

    // MARK: - ServiceSource

    /// Takes the outcomes over and returns; they are written as soon as the API allows.
    ///
    /// What follows from recorded facts is not written: when the API server answers, it is decided anew.
    public func write(_ outcomes: [ServiceOutcome]) {
        guard view.isSynchronised else { return }
        for outcome in outcomes {
            var role: Role = []
            if outcome.record != nil { role.insert(.record) }
            if outcome.ingress != nil { role.insert(.status) }
            roles[outcome.key] = role.isEmpty ? nil : role
            // It may have left since this was decided; what is to be removed from it then must not be forgotten.
            guard view.services.contains(outcome.key) else { continue }
            pending.add(.outcome(outcome), for: outcome.key)
        }
        bellRope.yield()
    }

    /// Writes an Event for each of those that are this node's to tell: what became of a record by who writes records,
    /// what became of an announcement by who writes the status. So each is told once in a cluster.
    public func publish(_ events: [ServiceEvent]) {
        for event in events where roles[event.service]?.contains(Self.role(of: event.reason)) == true {
            recorder.record(Self.note(of: event))
        }
    }

    static func role(of reason: ServiceEvent.Reason) -> Role {
        switch reason {
        case .addressAllocated, .addressReleased, .allocationFailed, .outOfPool, .addressConflict: .record
        case .announcing, .announcingFailed: .status
        }
    }

    static func note(of event: ServiceEvent) -> EventNote {
        EventNote(
            ObjectReference(kind: Kubernetes.Service.kind, key: ObjectKey(event.service), uid: event.uid),
            event.isWarning ? .warning : .normal, reason: event.reason.rawValue,
            action: role(of: event.reason) == .record ? "Allocate" : "Announce", event.message)
    }

    // MARK: - Rules

    /// Makes this node the one that allocates and tidies up, or relieves it. Addresses stay where they are.
    public func setAllocator(_ isAllocator: Bool) {
        guard writing.isAllocator != isAllocator else { return }
        writing.isAllocator = isAllocator
        for service in view.services.values where writing.removesFinalizer(from: service) {
            pending.add(.tidy, for: ServiceKey(service.metadata.key))
        }
        bellRope.yield()
        if isAllocator { sweepBellRope.yield() }
        changes.post(.allocation(isOwn: isAllocator, waiting: nil, keepsStatus: false), for: .allocation)
    }

    /// How long a change of the configuration waits for what it makes necessary to be read.
    private static let configurationPatience = Duration.seconds(3)

    /// Puts what may change while it runs in force: `node`, `watchesNodes` and `stateDirectory` may not.
    ///
    /// When namespaces come to matter it returns once they are known, so that no Service is judged without its
    /// namespace's labels; but not later than three seconds on.
    public func configure(_ settings: KubernetesSourceSettings) async {
        writing.claim = settings.claim
        writing.mirrorsLoadBalancerIP = settings.writesLoadBalancerIP
        needsNodeAddresses = settings.needsNodeAddresses
        view.configure(claim: settings.claim, requireEndpoints: settings.requireEndpoints)
        spread()
        lookForAddresses()
        postProblems()
        guard settings.watchesNamespaces, !view.has(.namespaces) else { return }
        view.require(.namespaces)
        namespaceBellRope.yield()
        let limit = now.advanced(by: Self.configurationPatience)
        while !view.has(.namespaces), now < limit {
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
        }
    }

    // MARK: - What changed

    /// Tells what follows from the newest changes of the view.
    func spread() {
        if view.needsEndpointSlices { sliceBellRope.yield() }
        let facts = replacingStandIn(view.takeFacts())
        if !facts.isEmpty {
            isStateNews = true
            stateBellRope.yield()
        }
        if facts[.synchronisation] != nil { synchronisationRope.yield() }
        if facts[.synchronisation] != nil || facts[.node(settings.node)] != nil { lookForThisNode() }
        if facts.keys.contains(where: { if case .node = $0 { true } else { false } }) { lookForAddresses() }
        for case (.service(let key), let fact) in facts { settle(key, fact) }
        for departure in view.takeDepartures() where writing.isAllocator {
            pending.add(.forget(uid: departure.uid), for: departure.key)
            bellRope.yield()
        }
        changes.post(facts)
    }

    /// A node that the cluster does not know announces nothing, and nobody would see why.
    private func lookForThisNode() {
        let problem =
            view.knows(settings.node)
            ? nil
            : "the cluster has no node '\(settings.node)'; give this node's name in the cluster by --node-name or NODE_NAME"
        guard problem != problems.node else { return }
        problems.node = problem
        if let problem { logger.error("this node is not known", metadata: ["error": "\(problem)"]) }
    }

    /// Whoever cannot be talked to may own what another node owns, too.
    private func lookForAddresses() {
        let silent = needsNodeAddresses ? view.nodesWithoutAddress(besides: settings.node) : []
        let list = silent.prefix(5).map(\.text).joined(separator: ", ") + (silent.count > 5 ? ", ..." : "")
        let problem =
            silent.isEmpty
            ? nil
            : "no IP address is in the status of node \(list), so heartbeats cannot be sent there and two nodes may answer for "
                + "one address; write status.addresses (InternalIP), or name the nodes under membership.peers"
        guard problem != problems.addresses else { return }
        problems.addresses = problem
        if let problem { logger.error("a node cannot be reached", metadata: ["error": "\(problem)"]) }
    }

    private func settle(_ key: ServiceKey, _ fact: SourceFact) {
        guard case .service = fact else {
            pending.drop(key)
            roles[key] = nil
            problems.writing[key] = nil
            return
        }
        guard let service = view.services[key], writing.removesFinalizer(from: service) else { return }
        pending.add(.tidy, for: key)
        bellRope.yield()
    }

    func postProblems() {
        if let news = problems.news() { changes.post(.problems(news), for: .problems) }
    }

    /// At most once a minute.
    private func tellOfDroppedEvents() {
        let dropped = recorder.droppedNotes
        guard dropped > told.drops, told.at.map({ $0.duration(to: now) > .seconds(60) }) ?? true else { return }
        told = (dropped, now)
        logger.warning(
            "Events were dropped: there were too many, or they could not be written",
            metadata: ["events.dropped": "\(dropped)"])
    }

    /// Nil: an Event was written.
    private func hearOfEvent(_ error: APIError?) {
        tellOfDroppedEvents()
        let sentence = error.map { $0.isForbidden ? $0.operation.refusal : $0.withoutName }
        guard error?.isCancelled != true, problems.events != sentence else { return }
        problems.events = sentence
        if let error { logger.warning("an Event could not be written", metadata: ["error": "\(error)"]) }
        postProblems()
    }
}
