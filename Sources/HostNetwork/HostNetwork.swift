public import Logging
public import Netlink
public import NetworkTypes
public import PacketLoop
public import ServiceLifecycle

/// The links and addresses of this host, as they are now and as they change.
///
/// Lives on a loop of its own, since the kernel may let a reader wait while others change its network, and sees the
/// network namespace of that loop's thread. A netlink socket that fails is opened again, and everything read anew; what
/// was known last holds until then.
public actor HostNetwork: Service {
    /// What is called with the state as it is now, and with the addresses that were marked as ours, are not there any
    /// more since the last call, and were taken away by whomever: by their lifetime, by others, or by ourselves.
    public typealias Observer = @Sendable (_ state: NetworkState, _ lostOwn: Set<IPAddress>) -> Void

    typealias Opening = @Sendable () throws(NetlinkError) -> sending NetlinkMonitor

    private static let firstPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(10)

    /// The loop, on whose thread the actor runs.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private nonisolated let loop: PacketLoop
    private nonisolated let addresses = LatestValue<Set<IPAddress>>()
    private let logger: Logger
    private let open: Opening

    private var deliveries: [Delivery] = []
    private var isRunning = false
    private var monitor: NetlinkMonitor?
    private var watch: Watch?
    private var retry: LoopTimer?
    private var pause = HostNetwork.firstPause
    private var hasFailed = false
    /// Whether the monitor has read everything once.
    private var hasRead = false
    /// What the monitor before this one knew, until this one has read everything.
    private var remembered: NetworkState?

    /// Opens nothing before `run()`.
    public init(loop: PacketLoop, logger: Logger) {
        self.init(loop: loop, logger: logger) { () throws(NetlinkError) in try NetlinkMonitor() }
    }

    init(loop: PacketLoop, logger: Logger, open: @escaping Opening) {
        self.loop = loop
        self.logger = logger
        self.open = open
    }

    /// Follows the kernel until graceful shutdown or cancellation; no failure ends it. To be called once.
    public func run() async throws {
        isRunning = true
        connect()
        try? await gracefulShutdown()
        isRunning = false
        disconnect()
        retry?.cancel()
        addresses.finish()
    }

    /// What was known last; empty before everything has been read once.
    public func state() -> NetworkState { known ?? NetworkState() }

    /// Has `observer` called on the thread of `loop`: when the state is known, and after each batch of changes in more
    /// than lifetimes.
    ///
    /// Batches that come while `loop` is busy are told as one, so that a flood of changes does not keep it from its work.
    public func observe(on loop: PacketLoop, _ observer: @escaping Observer) {
        let delivery = Delivery(to: observer, on: loop)
        deliveries.append(delivery)
        if let known { delivery.tell(known, lostOwn: []) }
    }

    /// The node's own addresses, those that are ours left out, and the network and broadcast addresses of its IPv4 subnets:
    /// now, if known, and each time that they change.
    ///
    /// Each call makes a stream of its own, which holds the newest value alone and ends with `run()`.
    public nonisolated var hostAddresses: AsyncStream<Set<IPAddress>> { addresses.stream() }

    private var known: NetworkState? { hasRead ? monitor?.state : remembered }

    // MARK: The netlink socket

    private func connect() {
        guard isRunning else { return }
        do {
            let monitor = try open()
            let descriptor = try Descriptor(duplicating: monitor.fileDescriptor)
            watch = try loop.watch(descriptor, for: .read) { [weak self] _ in
                self?.assumeIsolated { $0.receive() }
            }
            self.monitor = monitor
        } catch {
            failed("\(error)")
        }
    }

    private func disconnect() {
        remembered = known
        hasRead = false
        watch?.cancel()
        watch = nil
        monitor = nil
    }

    private func receive() {
        guard let monitor else { return }
        let before = known
        let changes: [NetlinkChange]
        do {
            changes = try monitor.receive()
        } catch {
            disconnect()
            // What this call has taken in was told to nobody.
            remembered = before
            return failed("\(error)")
        }
        guard !changes.isEmpty else { return }
        if !hasRead { synchronised() }
        report(NetworkDifference(from: before, to: monitor.state, by: changes), monitor.state)
    }

    private func synchronised() {
        hasRead = true
        remembered = nil
        pause = Self.firstPause
        if hasFailed { logger.notice("the host's network is followed again") }
        hasFailed = false
    }

    private func failed(_ error: String) {
        if !hasFailed {
            logger.warning(
                "cannot follow the host's network; trying again, what was known last holds",
                metadata: ["error": "\(error)"])
        }
        hasFailed = true
        let timer = retry ?? loop.makeTimer { [weak self] in self?.assumeIsolated { $0.connect() } }
        retry = timer
        timer.restart(after: pause)
        pause = min(pause * 2, Self.longestPause)
    }

    // MARK: Telling others

    private func report(_ difference: NetworkDifference, _ state: NetworkState) {
        if difference.concernsHost { addresses.set(Set(state.hostAddresses.flatMap(\.taken))) }
        for delivery in deliveries { delivery.tell(state, lostOwn: difference.lostOwn) }
    }
}

extension InterfaceAddress {
    /// Itself and, of an IPv4 subnet, the first and the last address, which no host may have (RFC 1122 section 3.2.1.3;
    /// RFC 3021 exempts /31).
    fileprivate var taken: [IPAddress] {
        guard let subnet, subnet.family == .ipv4, subnet.prefixLength < 31 else { return [address] }
        return [address, subnet.range.first, subnet.range.last]
    }
}
