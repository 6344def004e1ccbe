public import Announcing
public import Configuration
import FileSystem
import FoundationEssentials
public import IPAM
public import LoadBalancing
public import Logging
import NetworkTypes
import PacketLoop
import ServiceLifecycle

/// Services from manifests in a directory, and what became of them in files of a state directory.
///
/// The manifests are the `*.yaml`, `*.yml` and `*.json` files of the directory itself; a mounted ConfigMap will do. A
/// Service exists until the directory was read without it, twice within `patience`: one that cannot be read, by an
/// error in it or of the disk, stays as it was last known, across a restart too.
///
/// The record of a Service, the annotation `herald-lb.io/assigned`, is kept in `services/<namespace>/<name>.json` of the
/// state directory together with its status, and in no manifest: there, the annotation is ignored. It goes with the
/// Service. One process has the state directory for itself.
///
/// All file work is done on a thread of its own. In a `ServiceGroup`, list the source before the operator: it is then
/// stopped after it, writes the last outcomes, and clears the statuses, since nothing is in effect once the process has
/// gone. Records stay.
public actor DirectorySource: ServiceSource {
    /// Facts of Services are posted in the batch that makes them true; the first batch ends with `.synchronised`.
    ///
    /// That comes also when the directory is missing or empty, but not before every state file could be read: an
    /// address that is recorded where it cannot be read must not be given to another.
    public nonisolated let changes = KeyedMailbox<SourceSubject, SourceFact>()
    nonisolated let outcomes = KeyedMailbox<ServiceKey, ServiceOutcome>()

    /// What is recorded here, of every Service, as it changes; the newest alone is kept. For a shared source, which posts
    /// nothing else of it; ends with `run()`.
    public nonisolated let records: AsyncStream<[ServiceKey: SharedAllocation.Record]>
    let recordFeed: AsyncStream<[ServiceKey: SharedAllocation.Record]>.Continuation

    /// The thread of all file work.
    private nonisolated let loop: PacketLoop
    let timing: Timing
    let path: String
    let namespaces: [String: [String: String]]
    let logger: Logger
    /// Seconds since 1970, for conditions.
    let clock: @Sendable () -> Int64

    var directory: ManifestDirectory
    var manifests: ManifestSet
    var store: StateStore
    var pending = PendingOutcomes()
    /// The hash of what was last posted of each Service.
    var posted: [ServiceKey: Int] = [:]
    var problems = ProblemReport()

    /// The state files have been read, and after that the manifests.
    var isSynchronised = false
    var isLoaded = false
    var loading = Backoff()
    /// State files of Services that no manifest held at the start have been dealt with.
    var hasSwept = false
    var scanning = Backoff()
    var isScanWanted = false
    var scannedAt = MonotonicTime.zero
    var rescanAt = MonotonicTime.zero

    /// Whether other nodes have the same manifests, of which one allocates.
    public nonisolated let isShared: Bool
    var allocation: SharedAllocation
    /// What was recorded elsewhere before this node began to allocate, and is not here yet.
    var inherited: [ServiceKey: SharedAllocation.Record] = [:]
    /// What was told to the others last.
    var shared: [ServiceKey: SharedAllocation.Record]?
    /// Whether what the other nodes are told of may be another.
    var areRecordsNews = true
    /// Services whose record at the node that allocates may have to be written here; the rest need not be looked at.
    var unkept: Set<ServiceKey> = []
    /// Whether there are other Services than `missingSince` was made of.
    var areServicesNews = true
    /// Services that the node which allocates does not know, and since when.
    var missingSince: [ServiceKey: MonotonicTime] = [:]
    var lastPass = MonotonicTime.zero

    private let bell: AsyncStream<Void>
    let bellRope: AsyncStream<Void>.Continuation
    private var alarm: LoopTimer?

    /// The periods by which the source goes.
    struct Timing {
        /// How long nothing must happen in the directory before it is read.
        var quiet = Duration.milliseconds(5)
        /// How long a Service stays that is in no manifest any more.
        var patience = Duration.milliseconds(250)
        /// The directory is looked through without having changed, too: not every file system tells.
        var rescan = Duration.seconds(30)
        /// How long a Service may be missing at the node that allocates before that is told: files come one after the other.
        var manifestPatience = Duration.seconds(5)
    }

    /// Starts the thread, and nothing else before `run()`.
    ///
    /// The directory of manifests may be missing, and come later; the state directory is made if it is missing. Throws
    /// when the kernel has no thread or descriptor left. One that is `isShared` gives no address away before `follow` says
    /// that this node allocates.
    public init(settings: DirectorySettings, isShared: Bool = false, logger: Logger) throws {
        try self.init(
            settings: settings, isShared: isShared, logger: logger, clock: { Int64(Date().timeIntervalSince1970) },
            timing: Timing())
    }

    init(
        settings: DirectorySettings, isShared: Bool = false, logger: Logger, clock: @escaping @Sendable () -> Int64,
        timing: Timing
    ) throws {
        self.isShared = isShared
        let undecided = Obstacle(reason: "AwaitingAllocation", sentence: "it is not known yet which node allocates")
        allocation = SharedAllocation(allocator: isShared ? .unknown(undecided) : .own)
        (records, recordFeed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        loop = try PacketLoop.start(name: "files")
        self.timing = timing
        path = settings.path
        namespaces = settings.namespaces
        self.logger = logger
        self.clock = clock
        directory = ManifestDirectory(path: settings.path)
        manifests = ManifestSet(path: settings.path, patience: timing.patience)
        store = StateStore(stateDirectory: settings.stateDirectory)
        (bell, bellRope) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    deinit { loop.stop() }

    /// The thread of all file work. For the concurrency runtime.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    var now: MonotonicTime { loop.now }

    // MARK: - ServiceSource

    /// Hands the outcomes over and returns; they are written as soon as the disk allows.
    public nonisolated func write(_ outcomes: [ServiceOutcome]) async {
        self.outcomes.post(Dictionary(outcomes.map { ($0.key, $0) }) { _, newer in newer })
    }

    /// Does nothing: the operator logs events, the conditions in the state file say how things stand, and there is
    /// nobody else to tell.
    public nonisolated func publish(_ events: [ServiceEvent]) async {}

    /// Runs until graceful shutdown or cancellation; then writes what is still to be written, tries that once, and
    /// clears the statuses. Never throws: what fails is a problem, and is tried again.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.followOutcomes() }
                group.addTask { await self.followDirectory() }
                await passLoop()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.outcomes.finish()
        }
        leave()
        changes.finish()
        recordFeed.finish()
    }

    // MARK: - What makes it look

    /// Ends the loop when the last outcomes have been taken.
    private func followOutcomes() async {
        while let batch = await outcomes.take() {
            for (key, outcome) in batch { take(outcome, for: key) }
            bellRope.yield()
        }
        bellRope.finish()
    }

    private func followDirectory() async {
        while !Task.isCancelled {
            do {
                let watcher = try FileWatcher(paths: [path], quiet: timing.quiet)
                problems.watching = nil
                wantScan()
                for await _ in watcher.changes { wantScan() }
            } catch {
                problems.watching = "\(path): error: changes are seen after \(timing.rescan) only: \(error)"
                wantScan()
                try? await Task.sleep(for: timing.rescan)
            }
        }
    }

    private func wantScan() {
        isScanWanted = true
        bellRope.yield()
    }

    private func passLoop() async {
        let bellRope = bellRope
        alarm = loop.makeTimer { bellRope.yield() }
        for await _ in bell {
            pass(at: now)
            if pending.hasFresh { bellRope.yield() }
            setAlarm()
        }
        alarm?.cancel()
        alarm = nil
    }

    private func setAlarm() {
        let deadlines = [
            isLoaded ? nextScan : loading.due, pending.backoff.due, pending.nextPatienceEnd, nextMissing,
        ]
        if let next = deadlines.compactMap({ $0 }).min() { alarm?.restart(at: next) }
    }
}
