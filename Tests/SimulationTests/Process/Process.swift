import Announcing
import Configuration
import IPAM
import LoadBalancing
import Membership
import NetworkTypes

@testable import ARPMode
@testable import Kubernetes
@testable import KubernetesSource

/// One run of herald on one node: every pure part of it, joined as its drivers join them, without sockets and tasks.
///
/// Each input does what it does and leaves what it asks of the world in `actions`.
final class Process {
    /// What was known when the state file was last written.
    struct Recorded {
        var services: [LoadBalancerService]
        var nodes: [NodeFacts]
    }

    /// An address came into effect here, or is in effect no longer.
    struct Change {
        var address: IPAddress
        var mode: Mode
        var isAnnounced: Bool
    }

    /// What an answer of the API server is for.
    enum Purpose {
        case write(ServiceKey, step: Int, PendingWrites.Task)
        /// The object is read after a conflict.
        case look(ServiceKey, step: Int, PendingWrites.Task)
        case forget(ServiceKey, step: Int, uid: String, task: PendingWrites.Task)
        case sweep
        /// Whether it was read, and not written.
        case lease(isRead: Bool)
    }

    /// How the end of a process goes.
    enum Ending {
        case handingOver(until: MonotonicTime)
        case writing(until: MonotonicTime)
    }

    let node: NodeName
    let run: Int
    var random: SeededGenerator
    var actions: [Action] = []
    var problems: [String] = []
    /// What the log would say, as far as it helps to understand a run.
    var remarks: [String] = []
    var ending: Ending?

    // The loop.
    var planner: Planner
    var mailbox: [SourceSubject: SourceFact] = [:]
    var effects: [Mode: [IPAddress: AnnouncementEffect.State]] = [:]
    var nodes: [NodeName: NodeFacts] = [:]
    var areNodesNews = true
    var isSynchronised = false
    var handedOver: [Mode: AnnouncementSet] = [:]
    var expected: [IPAddress]?
    var passDue: MonotonicTime?
    var plannerWake: MonotonicTime?
    var passes = 0

    // The source.
    var view: ClusterView
    var writing: OutcomeWriting
    var pending: PendingWrites
    var services: Follower<Kubernetes.Service>
    var slices: Follower<EndpointSlice>
    var clusterNodes: Follower<Kubernetes.Node>
    var purposes: [Int: Purpose] = [:]
    var tickets = 0
    var isReachable = false
    var standIn: Set<SourceSubject>?
    var standInDue: MonotonicTime?
    var recorded: Recorded?
    var recordDue: MonotonicTime?
    var recordRest = MonotonicTime.zero

    // The election.
    var election: LeaseElection
    var isStanding = false
    var isCatchingUp = false
    var leaseDue: MonotonicTime?

    // The announcers.
    var custody: Custody
    var routing: ModelRouting
    var learned: Set<NodeName> = []
    var lookDue: MonotonicTime?
    /// What this node announces, as it last told.
    var announced: [Mode: Set<IPAddress>] = [:]
    var changes: [Change] = []

    init(
        node: NodeName, run: Int, settings: PlannerSettings, membership: MembershipSettings, recorded: Recorded?,
        seed: UInt64, incarnation: UInt64
    ) {
        self.node = node
        self.run = run
        self.recorded = recorded
        random = SeededGenerator(seed: seed)
        planner = Planner(settings: settings, isAllocator: false)
        view = ClusterView(
            claim: settings.claim, requireEndpoints: settings.requireEndpoints, watchesNodes: true,
            watchesNamespaces: false)
        writing = OutcomeWriting(claim: settings.claim)
        pending = PendingWrites(seed: seed)
        services = Follower(.services, seed: seed) { $0.take($1) }
        slices = Follower(.endpointSlices, seed: seed &+ 1) { $0.take($1) }
        clusterNodes = Follower(.nodes, seed: seed &+ 2) { $0.take($1) }
        election = LeaseElection(identity: "\(node)-\(run)", seed: seed)
        custody = Custody(
            node: node, settings: ARPSettings(), membership: membership, seal: ModelSeal(), incarnation: incarnation)
        routing = ModelRouting(node: node)
    }

    /// Begins, as on a host whose links and addresses are known.
    func start(at now: MonotonicTime) {
        start(\.services, at: now)
        start(\.clusterNodes, at: now)
        standInDue = now.advanced(by: .seconds(1))
        ring(at: now)
    }

    var isAllocator: Bool { planner.isAllocator }

    /// When to call `advance(to:)` next.
    var nextWake: MonotonicTime? {
        let end: MonotonicTime? =
            switch ending {
            case nil: nil
            case .handingOver(let limit), .writing(let limit): limit
            }
        return [
            services.waitUntil, slices.waitUntil, clusterNodes.waitUntil, leaseDue, custody.nextWake, routing.nextWake,
            passDue, plannerWake, pending.nextDue, standInDue, recordDue, lookDue, end,
        ].compactMap { $0 }.min()
    }

    /// Does what is due.
    func advance(to now: MonotonicTime) {
        resume(\.services, at: now)
        resume(\.slices, at: now)
        resume(\.clusterNodes, at: now)
        advanceSource(to: now)
        if let due = leaseDue, due <= now {
            leaseDue = nil
            elect(.timerFired, at: now)
        }
        advanceAnnouncers(to: now)
        if pending.nextDue.map({ $0 <= now }) == true { pump(at: now) }
        if let due = plannerWake, due <= now {
            plannerWake = nil
            ring(at: now)
        }
        if let due = passDue, due <= now { pass(at: now) }
        advanceEnding(to: now)
    }
}

/// Seals with a sum, which is enough among friends.
struct ModelSeal: HeartbeatSeal {
    var sealingKey: UInt8 { 1 }

    func tag(of message: ArraySlice<UInt8>, key: UInt8) -> UInt128? {
        guard key == 1 else { return nil }
        var sum: UInt64 = 7
        for octet in message { sum = (sum ^ UInt64(octet)) &* 0x100_0000_01B3 }
        return UInt128(sum)
    }
}
