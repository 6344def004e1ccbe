public import Announcing
import BGP
public import Configuration
import FileSystem
public import HashTreeCollections
public import HostNetwork
public import LoadBalancing
public import Logging
import Netlink
public import NetworkTypes
public import PacketLoop
import ServiceLifecycle

/// Announces addresses by BGP: the driver between what decides (`RouteBook`, `PeerPlan`, the sessions) and sockets,
/// timers, kernel and files.
///
/// Everything happens on the packet loop's thread, but for requests to the kernel, which `AddressKeeper` makes on its
/// own, and files.
public actor BGPAnnouncer: Announcer {
    /// The packet loop, on whose thread the actor runs.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    /// What became of each address on this node.
    public nonisolated let effects = KeyedMailbox<IPAddress, AnnouncementEffect.State>()

    let loop: PacketLoop
    let network: HostNetwork
    let keeper: AddressKeeper
    let logger: Logger
    let node: NodeName
    var settings: BGPSettings
    var pools: [String]
    /// Whether any pool is announced by BGP; without one there are no peers either.
    var isUsed: Bool

    // What is known
    var host = HostAddresses()
    var isHostKnown = false
    var facts: NodeFacts?
    /// Whether the source knows of nodes at all.
    var hasNodes = false
    var keyRing = KeyRing()
    var areKeysRead = false
    var finder: NeighbourFinder?

    // What is decided
    var book: RouteBook
    var plan: PeerPlan?
    var refusal: Obstacle?
    var leaving: Leaving = .no
    /// Until when peers may read the withdrawal of a node that leaves.
    var restDeadline: MonotonicTime?
    var isSourceComplete = false
    var isSetComplete = false
    var hasSwept = false

    // What is done
    var drivers: [String: PeerDriver] = [:]
    /// Those that are gone, while their last words are sent, by number.
    var retired: [UInt64: PeerDriver] = [:]
    /// Why BFD could not begin, as it was logged.
    var bfdFailures: [String: String] = [:]
    /// The identifier in use: it stays when the host's addresses change.
    var identifier: RouterID?
    var contributors: [String: [CIDR: Set<IPAddress>]] = [:]
    var listener: PeerListener?
    var bfd: BFDDriver?
    var device: TunDevice?
    /// Whether the host's links were told with it among them.
    var isDeviceSeen = false
    /// Whether the keeper is making one.
    var isDeviceAsked = false
    var deviceObstacle: Obstacle?
    /// Whether addresses are still held on lo, while there is no device to move them to.
    var isStillOnLoopback = false
    /// What was logged of each peer since its last session.
    var logged: [String: ToldReasons] = [:]
    var told: [IPAddress: AnnouncementEffect.State] = [:]
    /// Those of `told` that are not in effect.
    var waiting: Set<IPAddress> = []
    /// Addresses whose state may be another than was told.
    var untold: Set<IPAddress> = []
    var random = SystemRandomNumberGenerator()
    var lastDriver: UInt64 = 0
    var numbers: [String: UInt64] = [:]
    var expiryTimer: LoopTimer?
    var graceTimer: LoopTimer?
    var lookTimer: LoopTimer?
    var retryTimer: LoopTimer?
    var deviceTimer: LoopTimer?
    var isRunning = false
    var begun = MonotonicTime.zero
    var formerProcess = FormerProcess(uptime: .zero)
    var isClosed = false
    /// Whether someone has asked this node to leave.
    var isDraining = false
    /// Peers that this process has had. One that comes for the first time may have been one of the process before, and
    /// wait for this one, though it comes late: with the node's labels, its password or its router advertisement.
    var knownPeers: Set<String> = []

    let keyPaths = AsyncStream.makeStream(of: [String].self, bufferingPolicy: .bufferingNewest(1))

    /// How this node's routes are leaving, when they are.
    enum Leaving: Equatable {
        case no
        /// Marked with GRACEFUL_SHUTDOWN until the grace time is over.
        case marked
        case gone
    }

    /// The device of `attach: link`.
    static let deviceName = "herald1"
    /// How often password files are read where they cannot be watched.
    private static let keyInterval = Duration.seconds(5)

    /// - Parameters:
    ///   - loop: where messages are sent and received.
    ///   - keeper: has the kernel hold addresses, on a loop of its own.
    ///   - pools: the names of all pools.
    ///   - isUsed: whether BGP announces any of them; without that it speaks with nobody.
    public init(
        loop: PacketLoop, network: HostNetwork, keeper: AddressKeeper, node: NodeName, settings: BGPSettings,
        pools: [String], isUsed: Bool, logger: Logger
    ) {
        self.loop = loop
        self.network = network
        self.keeper = keeper
        self.logger = logger
        self.node = node
        self.settings = settings
        self.pools = pools
        self.isUsed = isUsed
        book = RouteBook(node: node, isAttaching: settings.attach != .none)
    }

    /// Speaks with the peers until graceful shutdown, then withdraws everything.
    public func run() async throws {
        begin()
        await network.observe(on: loop) { [weak self] state, lost in
            self?.onLoop { $0.takeIn(state, lost: lost) }
        }
        await keeper.addLossHandler { [weak self, loop] lost in
            guard let self else { return }
            loop.execute { self.onLoop { $0.holdAgain(lost) } }
        }
        await cancelWhenGracefulShutdown { await self.followKeyFiles() }
        await drain(within: .seconds(3))
    }

    /// Announces exactly these; does nothing once drained.
    ///
    /// The first set after the nodes completes the routes, be it empty: nodes alone do not say what is to be announced.
    public func reconcile(_ desired: AnnouncementSet) {
        guard !isClosed else { return }
        carryOut(book.want(desired, delay: settings.withdrawDelay, at: loop.now))
        completeSetIfKnown()
    }

    /// Takes in the nodes: whether this one may announce, and what it says of its own BGP.
    public func setNodes(_ nodes: [NodeName: NodeFacts]) {
        guard !isClosed else { return }
        hasNodes = !nodes.isEmpty
        isSourceComplete = true
        let new = nodes[node]
        let isNews = new != facts
        facts = new
        if isNews { replan() }
        reconsiderEligibility()
    }

    /// Takes in changed settings; only what is different is touched.
    ///
    /// Once BGP is used no more, its sessions end with its last route.
    public func configure(_ new: BGPSettings, pools: [String], isUsed: Bool) {
        guard !isClosed, new != settings || pools != self.pools || isUsed != self.isUsed else { return }
        let old = settings
        settings = new
        self.pools = pools
        self.isUsed = isUsed
        if new.attach != old.attach { moveAttachment(from: old.attach) }
        followKeyFiles(of: new)
        replan()
        reconsiderEligibility()
    }

    /// Has this node withdraw its routes and end its sessions, or lets it announce again.
    ///
    /// Returns once the routes are marked; the rest follows by itself when the grace is over.
    public func setDraining(_ isDraining: Bool) {
        guard isDraining != self.isDraining else { return }
        self.isDraining = isDraining
        reconsiderEligibility()
    }

    // MARK: The beginning

    private func begin() {
        isRunning = true
        begun = loop.now
        bfd = BFDDriver(loop: loop, seed: random.next()) { [weak self] signal in
            self?.onLoop { $0.takeIn(signal) }
        }
        listener = PeerListener(loop: loop) { [weak self] signal in self?.onLoop { $0.takeIn(signal) } }
        finder = NeighbourFinder(loop: loop, closer: keeper.closer) { [weak self] signal in
            self?.onLoop { $0.takeIn(signal) }
        }
        expiryTimer = loop.makeTimer { [weak self] in
            self?.onLoop { announcer in announcer.carryOut(announcer.book.advance(to: announcer.loop.now)) }
        }
        lookTimer = loop.makeTimer { [weak self] in self?.onLoop { $0.reconsiderEligibility() } }
        retryTimer = loop.makeTimer { [weak self] in self?.onLoop { $0.retryFailed() } }
        let limit = settings.peers.compactMap(\.gracefulRestart).min().map { max($0 - .seconds(10), $0 / 2) }
        loop.schedule(after: limit ?? .seconds(60)) { [weak self] in
            self?.onLoop { $0.completeSet(because: "the time for it is over") }
        }
        followKeyFiles(of: settings)
    }

    nonisolated func onLoop(_ body: (isolated BGPAnnouncer) -> Void) {
        assumeIsolated(body)
    }

    private func takeIn(_ state: NetworkState, lost: Set<IPAddress>) {
        let new = HostAddresses(state)
        let isFirst = !isHostKnown
        if new != host || isFirst {
            host = new
            isHostKnown = true
            if isFirst { lookForFormerProcess(state) }
            for driver in drivers.values { driver.setHost(new) }
            bfd?.setHost(new)
            replan()
        }
        followDevice(in: state)
        guard !lost.isEmpty, let link = attachmentLink else { return }
        let gone = lost.filter { address in
            book.isRouted(address) && state.address(AddressKey(link: link, address: address))?.isOurs != true
        }
        holdAgain(gone.map { AddressKey(link: link, address: $0) })
    }

    /// What this process has put there itself says nothing of another.
    private func lookForFormerProcess(_ state: NetworkState) {
        formerProcess = FormerProcess(
            hasLeftAddresses: book.entries.isEmpty && state.ownAddresses.contains { $0.link == .loopback },
            uptime: MonotonicTime.zero.duration(to: loop.now))
    }

    // MARK: Password files

    /// Peers are planned anew once every file that one of them names was read.
    private func followKeyFiles(of settings: BGPSettings) {
        let paths = settings.peers.compactMap(\.passwordFile)
        if !paths.allSatisfy({ keyRing.keys[$0] != nil }) { areKeysRead = false }
        keyPaths.continuation.yield(paths)
    }

    private func followKeyFiles() async {
        var follower: Task<Void, Never>?
        for await paths in keyPaths.stream {
            // It may hang with the disk.
            follower?.cancel()
            follower = Task { await follow(paths) }
        }
        follower?.cancel()
    }

    /// Reads these when they change, until cancelled.
    private func follow(_ paths: [String]) async {
        var isWatched = true
        while !Task.isCancelled {
            let watcher = await KeyFiles.watch(paths)
            await readKeys(paths)
            guard !paths.isEmpty else { return }
            if let watcher {
                for await _ in watcher.changes { await readKeys(paths) }
                watcher.stop()
            } else if isWatched {
                logger.warning("password files are read every 5 s, for their changes cannot be watched")
            }
            isWatched = watcher != nil
            try? await Task.sleep(for: Self.keyInterval)
        }
    }

    private func readKeys(_ paths: [String]) async {
        let files = await KeyFiles.read(paths)
        // Others may be named by now.
        guard !isClosed, !Task.isCancelled else { return }
        let old = keyRing
        for (path, file) in files where old.keys[path] == nil && file.isOpenToAll {
            logger.warning(
                "a password can be read or written by every user of this node", metadata: ["file": "\(path)"])
        }
        keyRing.take(files.mapValues(\.key))
        for (path, problem) in keyRing.problems where old.problems[path] != problem {
            logger.warning(
                "password file cannot be used", metadata: ["file": "\(path)", "reason": "\(problem.sentence)"])
        }
        guard keyRing.keys != old.keys || !areKeysRead else { return }
        areKeysRead = true
        replan()
    }
}
