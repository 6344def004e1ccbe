public import Logging
public import Netlink
public import PacketLoop

/// Keeps addresses that are ours on links for as long as the process lives and wants them, and not much longer.
///
/// Each is added with a lifetime after which the kernel removes it, and refreshed in time. A process that is killed or
/// frozen loses them without anyone's help: an address that has expired is never set again by a refresh, but reported.
///
/// Needs a loop of its own, because its calls to the kernel block: milliseconds for a few addresses, tens of
/// milliseconds for 1,000. Acts in the network namespace of that loop's thread. Orders are carried out in the order given.
public actor AddressKeeper {
    /// For each address nil, or why it is not there.
    public typealias Outcome = [AddressKey: NetlinkError?]
    /// What is told of addresses that had vanished when they were to be refreshed, or were not refreshed in time.
    public typealias LossHandler = @Sendable ([AddressKey]) -> Void

    /// The loop, on whose thread the actor runs.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    nonisolated let loop: PacketLoop
    /// The loop of those who answer for the addresses to other nodes.
    private let owner: PacketLoop?
    /// How long that may be stuck before its addresses are left to expire: others take them over meanwhile.
    private static let ownerPatience = Duration.seconds(1)
    private var isOwnerStuck = false
    let logger: Logger

    var schedule: RefreshSchedule
    private(set) var lossHandlers: [LossHandler] = []
    let groups = MulticastMembership()
    /// The last device that was made of each name.
    var devices: [String: LinkIndex] = [:]
    private var timer: LoopTimer?
    private var requests: NetlinkRequests?
    /// Whether the last request failed as a whole.
    private var isFailing = false

    /// Touches nothing before it is asked to.
    ///
    /// While `owner` is stuck nothing is refreshed but what is on the loopback link: a node that is silent has lost its
    /// addresses to others, who cannot make it give them back. What routers send to the loopback's they send until the
    /// session ends.
    public init(loop: PacketLoop, owner: PacketLoop? = nil, settings: Settings = Settings(), logger: Logger) {
        self.loop = loop
        self.owner = owner
        self.logger = logger
        schedule = RefreshSchedule(settings: settings)
    }

    /// Has `handler`, too, called on the keeper's thread with addresses that are not kept any more, because they were
    /// gone.
    ///
    /// Those that went with their link are not among them.
    public func addLossHandler(_ handler: @escaping LossHandler) {
        lossHandlers.append(handler)
    }

    // MARK: Orders

    /// Adds addresses, or adopts those that are there and ours, and refreshes them from then on.
    ///
    /// One that someone else has set fails with `.notOurs`, provided that it is on the same link with the same prefix
    /// length (IPv6: any length). What fails is not kept. `completion` is called once, on the keeper's thread.
    public nonisolated func keep(_ addresses: [AddressKey], completion: @escaping @Sendable (Outcome) -> Void) {
        perform { completion($0.put(addresses)) }
    }

    /// Removes addresses that are ours, whether or not they are kept, and refreshes them no more.
    public nonisolated func letGo(_ addresses: [AddressKey], completion: (@Sendable () -> Void)? = nil) {
        perform {
            $0.remove(addresses)
            completion?()
        }
    }

    /// Removes every address that is ours and not in `keeping`: what a process that was killed has left.
    ///
    /// `place` says which links are meant, so that each mode sweeps its own.
    public nonisolated func sweep(
        keeping: Set<AddressKey>, on place: Place = .everywhere, completion: (@Sendable () -> Void)? = nil
    ) {
        perform {
            $0.removeAll(but: keeping, on: place)
            completion?()
        }
    }

    /// Links that a sweep is about.
    public enum Place: Hashable, Sendable {
        case everywhere
        case loopback
        /// But for devices that the keeper has made: what an earlier process had on such a one went with it.
        case otherLinks

        /// `devices` are those that the keeper has made.
        func contains(_ key: AddressKey, devices: some Collection<LinkIndex>) -> Bool {
            switch self {
            case .everywhere: true
            case .loopback: key.link == .loopback
            case .otherLinks: key.link != .loopback && !devices.contains(key.link)
            }
        }
    }

    /// Removes every address that is ours: the end.
    public nonisolated func removeAll(completion: (@Sendable () -> Void)? = nil) {
        sweep(keeping: [], completion: completion)
    }

    /// From the next refresh on addresses get the new lifetime.
    public func configure(_ settings: Settings) {
        schedule.configure(settings)
        arm()
    }

    nonisolated func perform(_ order: @escaping @Sendable (isolated AddressKeeper) -> Void) {
        loop.execute {
            self.assumeIsolated { keeper in
                order(keeper)
                keeper.arm()
            }
        }
    }

    // MARK: The clock and the kernel

    private func arm() {
        guard let next = schedule.nextSlice else {
            timer?.cancel()
            return
        }
        let timer =
            timer
            ?? loop.makeTimer { [weak self] in
                self?.assumeIsolated { keeper in
                    keeper.refreshDue()
                    keeper.arm()
                }
            }
        self.timer = timer
        timer.restart(at: next)
    }

    /// Those that may be refreshed now.
    func refreshable(_ keys: [AddressKey]) -> [AddressKey] {
        let lag = owner?.lag ?? .zero
        let wasStuck = isOwnerStuck
        isOwnerStuck = lag > Self.ownerPatience
        guard isOwnerStuck else { return keys }
        if !wasStuck {
            logger.error(
                "the thread that speaks with other nodes is stuck; addresses are left to expire",
                metadata: ["loop.lag": "\(lag)"])
        }
        return keys.filter { $0.link == .loopback }
    }

    /// Asks the kernel by a socket that is opened anew after each failure of a request as a whole.
    func ask<Answer>(_ request: (NetlinkRequests) throws(NetlinkError) -> Answer) throws(NetlinkError) -> Answer {
        do throws(NetlinkError) {
            let socket = if let requests { requests } else { try NetlinkRequests() }
            requests = socket
            let answer = try request(socket)
            isFailing = false
            return answer
        } catch {
            if !isFailing { logger.warning("a request to the kernel failed", metadata: ["error": "\(error)"]) }
            isFailing = true
            requests = nil
            throw error
        }
    }
}
