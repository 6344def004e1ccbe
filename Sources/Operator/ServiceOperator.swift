public import Announcing
import CoreMetrics
public import LoadBalancing
public import Logging
public import NetworkTypes
public import ServiceLifecycle
import Synchronization

/// The reconcile loop: takes in facts and effects, plans, drives the announcers, and has the source write what is true.
///
/// Everything that arrives only updates the planner and rings one bell; one loop answers it, so that plans are applied
/// in order and a burst of changes costs one pass.
public actor ServiceOperator: Service {
    var planner: Planner
    private let source: any ServiceSource
    private let announcers: [Mode: any Announcer]
    private let clock: @Sendable () -> MonotonicTime
    private let logger: Logger
    private let bell = Bell()
    private var handedOver: [Mode: AnnouncementSet] = [:]
    /// What the announcers were told to expect.
    private var expected: [Mode: [IPAddress]] = [:]
    private var nextWake: MonotonicTime?
    private var knowsReserved = false
    private var sourceProblems: [String] = []
    private var reserved: Set<IPAddress> = []
    var nodes: [NodeName: NodeFacts] = [:]
    /// Whether the announcers do not know the nodes as they are.
    private var areNodesNews = true
    private var isSynchronised = false
    private var recent = RecentEvents()
    private nonisolated let lastTurn: Atomic<Int64>
    private let passTimer = CoreMetrics.Timer(label: "herald_operator_pass_duration_seconds")

    /// Addresses of each pool and family that announcers may look at ahead.
    private static let candidateCount = 4

    /// How long `run()` waits, once shutdown has begun, for announcers to withdraw.
    public static let drainLimit = Duration.seconds(3)

    /// - Parameter clock: the clock of all points in time, in every room.
    public init(
        settings: PlannerSettings, isAllocator: Bool, source: any ServiceSource, announcers: [Mode: any Announcer],
        clock: @escaping @Sendable () -> MonotonicTime, logger: Logger
    ) {
        planner = Planner(settings: settings, isAllocator: isAllocator)
        self.source = source
        self.announcers = announcers
        self.clock = clock
        self.logger = logger
        lastTurn = Atomic(clock().nanoseconds)
    }

    /// When the loop last turned; it does so every few seconds with nothing to do, unless it is stuck.
    public nonisolated var turnedAt: MonotonicTime {
        MonotonicTime(nanoseconds: lastTurn.load(ordering: .relaxed))
    }

    /// Runs until graceful shutdown, then has every announcer hand over and withdraw.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.followSource() }
                for (mode, announcer) in announcers { group.addTask { await self.followEffects(of: announcer, mode) } }
                group.addTask { await self.ringWhenDue() }
                await passLoop()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.bell.stop()
        }
        await drain()
    }

    /// Replaces what the configuration says; live addresses stay.
    public func configure(_ settings: PlannerSettings) {
        planner.configure(settings)
        bell.ring()
    }

    /// Replaces the addresses of this host, which are never handed out. Those of the nodes that the source knows are kept
    /// apart, too.
    ///
    /// Nothing is planned before the first call.
    public func reserve(_ addresses: Set<IPAddress>) {
        knowsReserved = true
        reserved = addresses
        reserveAll()
        bell.ring()
    }

    /// What is so now, for people to look at.
    public func report() -> OperatorReport {
        OperatorReport(
            node: planner.settings.node, services: planner.reports(), pools: planner.poolUsage,
            problems: sourceProblems + planner.clusterRangeProblems, events: recent.events, now: clock())
    }

    /// Everything that exists has been read from the source.
    public var hasReadSource: Bool { isSynchronised }

    /// The addresses of this host are known, so that plans are made.
    public var knowsHost: Bool { knowsReserved }

    /// The same as numbers.
    public func tally() -> OperatorTally {
        OperatorTally(
            services: planner.tally(), pools: planner.poolUsage,
            problems: sourceProblems.count + planner.clusterRangeProblems.count,
            isAllocator: planner.isAllocator, isSynchronised: isSynchronised)
    }

    // MARK: Taking in

    private func followSource() async {
        while let facts = await source.changes.take() {
            let now = clock()
            // Last, since it says that all facts posted before it are complete.
            let isSynchronised = facts[.synchronisation] != nil
            for (subject, fact) in facts { takeIn(fact, about: subject, at: now) }
            if case .allocation(let isOwn, let waiting, let keepsStatus)? = facts[.allocation] {
                planner.setAllocator(isOwn, waiting: waiting, keepsStatus: keepsStatus)
            }
            if isSynchronised {
                self.isSynchronised = true
                planner.sourceIsSynchronised()
            }
            bell.ring()
        }
    }

    private func takeIn(_ fact: SourceFact, about subject: SourceSubject, at now: MonotonicTime) {
        switch (subject, fact) {
        case (.service, .service(let service)): planner.set(service, at: now)
        case (.service(let key), _): planner.remove(key, at: now)
        case (.namespace(let name), .namespace(let labels)): planner.setNamespace(name, labels: labels)
        case (.namespace(let name), _): planner.setNamespace(name, labels: nil)
        case (.node(let name), .node(let facts)): set(facts, for: name)
        case (.node(let name), _): set(nil, for: name)
        case (.clusterRanges, .clusterRanges(let ranges)): planner.setClusterRanges(ranges)
        case (.clusterRanges, _): planner.setClusterRanges([])
        case (.problems, .problems(let problems)): sourceProblems = problems
        case (.problems, _): sourceProblems = []
        case (.synchronisation, _), (.allocation, _): break
        }
    }

    private func set(_ facts: NodeFacts?, for node: NodeName) {
        let former = nodes[node]
        guard former != facts else { return }
        nodes[node] = facts
        areNodesNews = true
        if former?.addresses != facts?.addresses { reserveAll() }
    }

    private func reserveAll() {
        planner.reserve(nodes.values.reduce(reserved) { $0.union($1.addresses) })
    }

    private func followEffects(of announcer: any Announcer, _ mode: Mode) async {
        while let effects = await announcer.effects.take() {
            let now = clock()
            for (address, state) in effects {
                planner.observe(AnnouncementEffect(address: address, state: state), from: mode, at: now)
            }
            bell.ring()
        }
    }

    /// Rings when a rest or a quarantine is over, where a second early or late does not matter, and often enough to show
    /// that the loop turns.
    private func ringWhenDue() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            let now = clock()
            if let due = nextWake, due <= now { bell.ring() }
            if turnedAt.duration(to: now) >= .seconds(5) { bell.ring() }
        }
    }

    // MARK: Acting

    private func passLoop() async {
        while await bell.wait() {
            let start = clock()
            await pass()
            let end = clock()
            passTimer.recordNanoseconds(start.duration(to: end).wholeNanoseconds)
            lastTurn.store(end.nanoseconds, ordering: .relaxed)
        }
    }

    private func pass() async {
        guard knowsReserved else { return }
        await tellNodes()
        let plan = planner.plan(at: clock())
        nextWake = plan.nextWake
        if isSynchronised { await handOver(plan.announcements) }
        await tellCandidates()
        recent.add(plan.events, at: clock())
        for event in plan.events { log(event) }
        if !plan.outcomes.isEmpty { await source.write(plan.outcomes) }
        if !plan.events.isEmpty { await source.publish(plan.events) }
    }

    /// Nothing is a set, too: an announcer that is told so can begin, and clear away what a former process left.
    private func handOver(_ sets: [Mode: AnnouncementSet]) async {
        for (mode, announcer) in announcers {
            let set = sets[mode] ?? AnnouncementSet()
            guard handedOver[mode] != set else { continue }
            handedOver[mode] = set
            await announcer.reconcile(set)
        }
    }

    /// Before the first listing is complete, nodes would seem to be missing.
    private func tellNodes() async {
        guard isSynchronised, areNodesNews else { return }
        areNodesNews = false
        let nodes = NodeFacts.trusted(nodes)
        planner.setNodes(nodes)
        for announcer in announcers.values { await announcer.setNodes(nodes) }
    }

    private func tellCandidates() async {
        guard isSynchronised else { return }
        for (mode, announcer) in announcers {
            let candidates = planner.candidates(for: mode, Self.candidateCount)
            guard expected[mode] != candidates else { continue }
            expected[mode] = candidates
            await announcer.expect(candidates)
        }
    }

    private func drain() async {
        await withDiscardingTaskGroup { group in
            for (_, announcer) in announcers {
                group.addTask { await announcer.drain(within: Self.drainLimit) }
            }
        }
    }

    private func log(_ event: ServiceEvent) {
        Counter(label: "herald_service_events_total", dimensions: [("reason", event.reason.rawValue)]).increment()
        logger.log(
            level: event.isWarning ? .warning : .notice, "\(Self.logMessage(event.reason))",
            metadata: ["service.name": "\(event.service)", "reason": "\(event.message)"])
    }

    private static func logMessage(_ reason: ServiceEvent.Reason) -> StaticString {
        switch reason {
        case .addressAllocated: "address allocated"
        case .addressReleased: "address released"
        case .allocationFailed: "no address could be given"
        case .announcing: "address announced"
        case .announcingFailed: "address not announced"
        case .addressConflict: "address used by another host"
        case .outOfPool: "address out of its pool"
        }
    }
}
