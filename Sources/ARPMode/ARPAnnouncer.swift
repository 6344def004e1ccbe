import AddressResolution
public import Announcing
public import Configuration
import FoundationEssentials
public import HashTreeCollections
public import HostNetwork
public import LoadBalancing
public import Logging
import Membership
import Netlink
public import NetworkTypes
public import PacketLoop
import ServiceLifecycle

/// Announces addresses by ARP and NDP: the driver between `Custody`, which decides, and sockets and kernel.
///
/// Everything happens on the packet loop's thread, but for requests to the kernel, which `AddressKeeper` makes on its
/// own: neither waits for the other.
public actor ARPAnnouncer: Announcer {
    /// The packet loop, on whose thread the actor runs.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    /// What became of each address on this node.
    public nonisolated let effects = KeyedMailbox<IPAddress, AnnouncementEffect.State>()

    /// Who allocates, and what is recorded, as it changes; the newest alone is kept. Nothing before `share`; it ends with
    /// `run()`.
    public nonisolated let allocations: AsyncStream<SharedAllocation>
    private let allocationFeed: AsyncStream<SharedAllocation>.Continuation

    let loop: PacketLoop
    private let network: HostNetwork
    private let keeper: AddressKeeper
    let logger: Logger
    var membership: MembershipSettings
    /// Keys come by `setKeys` unless a file has them.
    private let mayBeGivenKeys: Bool
    var isGivenKeys: Bool { mayBeGivenKeys && membership.keyFile == nil }
    var keyWatch: KeyWatch?
    var keyLoading = KeyLoading()
    let keys = SharedKeys()
    var custody: Custody
    private var wires: [LinkIndex: Wire] = [:]
    var heartbeats: HeartbeatSockets?
    /// Where the datagram that is being looked at came from.
    var source: SocketAddress?
    var keyProblem: Obstacle?
    var foreignHeartbeats = ForeignHeartbeats()
    var portProblem: Obstacle?
    /// What happened since the start.
    var tally = Tally()
    /// What should be different on this node, a sentence with its cure each.
    public internal(set) var adviceSentences: [String] = []
    /// Interfaces whose sockets could not be opened just now.
    private var unopened: [LinkIndex: Obstacle] = [:]
    private var device: TunDevice?
    /// Whether the host's links were told with it among them.
    private var isDeviceSeen = false
    /// Whether the keeper is making one.
    private var isDeviceAsked = false
    private var attach: ARPSettings.Attachment
    private var timer: LoopTimer?
    var looks: LoopTimer?
    private var isClosed = false
    var waiters: [CheckedContinuation<Void, Never>] = []

    /// Addresses that the kernel is asked to hold in one request.
    private static let pieceSize = 64
    /// The device of `attach: link`.
    static let deviceName = "herald0"

    /// - Parameters:
    ///   - node: this node, as the others name it.
    ///   - loop: where frames are sent and received.
    ///   - keeper: has the kernel hold addresses, on a loop of its own.
    ///   - checks: the names of checks whose first result, by `setCheck`, is waited for.
    ///   - isGivenKeys: keys come by `setKeys`, unless `membership` names a file.
    public init(
        node: NodeName, loop: PacketLoop, network: HostNetwork, keeper: AddressKeeper, settings: ARPSettings,
        membership: MembershipSettings, isGivenKeys: Bool = false, checks: Set<String> = [], logger: Logger
    ) {
        self.loop = loop
        self.network = network
        self.keeper = keeper
        self.logger = logger
        self.membership = membership
        mayBeGivenKeys = isGivenKeys
        (allocations, allocationFeed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        attach = settings.attach
        let incarnation = UInt64(max(Date().timeIntervalSince1970, 1) * 1_000_000) * 1_000
        custody = Custody(
            node: node, settings: settings, membership: membership, seal: keys, incarnation: incarnation,
            checks: checks)
    }

    /// Follows the host's links and announces until graceful shutdown, then hands over and withdraws everything.
    public func run() async throws {
        timer = loop.makeTimer { [weak self] in
            self?.onLoop { announcer in announcer.feed { $0.advance(to: announcer.loop.now) } }
        }
        looks = loop.makeTimer { [weak self] in self?.onLoop { $0.look() } }
        looks?.restart(after: Self.lookInterval)
        await loadKeys()
        await network.observe(on: loop) { [weak self] state, lost in
            self?.onLoop { announcer in
                let now = announcer.loop.now
                announcer.feed { $0.setNetwork(state, at: now) }
                announcer.reopenDead()
                announcer.followInterface()
                announcer.followDevice(in: state)
                if !lost.isEmpty {
                    announcer.feed { $0.tell(at: now) { $0.lost(lost.sorted(), at: now) } }
                }
            }
        }
        await keeper.addLossHandler { [weak self, loop] keys in
            guard let self else { return }
            loop.execute {
                self.onLoop { announcer in
                    let now = announcer.loop.now
                    announcer.feed { $0.tell(at: now) { $0.lost(keys.map(\.address), at: now) } }
                }
            }
        }
        await followKeyFile()
        await drain(within: .seconds(2))
        allocationFeed.finish()
    }

    /// Announces these, as far as they are this node's; does nothing once drained.
    public func reconcile(_ desired: AnnouncementSet) {
        guard !isClosed else { return }
        if !desired.isEmpty { prepareDevice() }
        feed { $0.want(desired, at: loop.now) }
    }

    /// Asks the network ahead whether these are free, so that the first claim of one need not wait for that.
    public func expect(_ addresses: [IPAddress]) {
        guard !isClosed else { return }
        feed { custody in custody.tell(at: loop.now) { $0.expect(addresses, at: loop.now) } }
    }

    /// Takes in changed settings; addresses move where they must. Nodes may be told one after the other.
    public func configure(_ settings: ARPSettings, membership: MembershipSettings) {
        attach = settings.attach
        feed { $0.configure(settings, at: loop.now) }
        prepareDevice()
        lookAtSettings()
        configure(membership)
    }

    /// Hands over to other nodes what they can take, withdraws the rest and has the kernel let go of it. Later calls of
    /// `reconcile` do nothing.
    public func drain(within limit: Duration) async {
        guard !isClosed else { return }
        isClosed = true
        feed { $0.beginEnd(at: loop.now) }
        await waitForHandover(within: limit)
        let kept = custody.speaker.phases.values.compactMap { phase -> AddressKey? in
            switch phase {
            case .attaching(_, let key, _): key
            case .answering(_, let key): key
            case .blocked, .probing: nil
            }
        }
        feed { $0.leave(at: loop.now) }
        if !kept.isEmpty { await letGo(kept) }
        timer?.cancel()
        looks?.cancel()
        heartbeats?.close()
        heartbeats = nil
        closeDevice()
    }

    // MARK: Loop callbacks

    nonisolated func onLoop(_ body: (isolated ARPAnnouncer) -> Void) {
        assumeIsolated(body)
    }

    func feed(_ input: (inout Custody) -> [Custody.Effect]) {
        var reports = perform(input(&custody))
        for (link, obstacle) in unopened {
            unopened[link] = nil
            let now = loop.now
            let effects = custody.tell(at: now) { $0.unopened(link, because: obstacle, at: now) }
            reports.merge(perform(effects)) { _, new in new }
        }
        effects.post(reports)
        // Asked last: it looks at every address.
        if !waiters.isEmpty, custody.isHandedOver { resumeWaiters() }
        if let next = custody.nextWake { timer?.restart(at: next) } else { timer?.cancel() }
    }

    /// Returns what is to be told, the newest of each address.
    private func perform(_ effects: [Custody.Effect]) -> [IPAddress: AnnouncementEffect.State] {
        var attached: [AddressKey: UInt64] = [:]
        var detached: [AddressKey] = []
        var groups: [AddressKeeper.GroupChange] = []
        var reports: [IPAddress: AnnouncementEffect.State] = [:]
        // Requests to the kernel are made for many addresses at once, and stay in their order.
        func flush() {
            if !detached.isEmpty { keeper.letGo(detached, completion: nil) }
            detached = []
            if !groups.isEmpty { keeper.change(groups) }
            groups = []
            hold(attached)
            attached = [:]
        }
        for effect in effects {
            switch effect {
            case .wire(.attach(let key, let ticket)): attached[key] = ticket
            case .wire(.detach(let key)):
                if !attached.isEmpty { flush() }
                detached.append(key)
            case .wire(.join(let address, let link)): groups += Self.change(.join, address, link)
            case .wire(.leave(let address, let link)): groups += Self.change(.leave, address, link)
            case .wire(.sweep(let keys)):
                flush()
                keeper.sweep(keeping: keys, on: .otherLinks, completion: nil)
            case .wire(let effect): perform(effect)
            case .send(let datagram, let recipients): heartbeats?.send(datagram, to: recipients)
            case .learned(let name): if let source { heartbeats?.learn(name, at: source) }
            case .forgotten(let name): heartbeats?.forget(name)
            case .report(let address, let state): reports[address] = state
            case .allocation(let allocation): allocationFeed.yield(allocation)
            case .note(let note): log(note)
            }
        }
        flush()
        return reports
    }

    private func perform(_ effect: Speaker.Effect) {
        switch effect {
        case .open(let link): open(link)
        case .close(let link): wires.removeValue(forKey: link)?.close()
        case .send(let frame, let link): wires[link]?.send(frame)
        case .attach, .detach, .join, .leave, .sweep, .report, .memberClaim, .defended: break
        }
    }

    // MARK: Kernel

    /// Of the solicited-node group of an address; IPv4 has none.
    private static func change(
        _ kind: AddressKeeper.GroupChange.Kind, _ address: IPAddress, _ link: LinkIndex
    ) -> [AddressKeeper.GroupChange] {
        guard let group = address.solicitedNodeGroup else { return [] }
        return [AddressKeeper.GroupChange(kind, group, of: address, on: link)]
    }

    private func hold(_ tickets: [AddressKey: UInt64]) {
        var rest = Array(tickets)[...]
        // In pieces: those that are held are announced while the kernel takes the next.
        while !rest.isEmpty {
            let piece = Dictionary(rest.prefix(Self.pieceSize).map { ($0.key, $0.value) }, uniquingKeysWith: max)
            rest = rest.dropFirst(Self.pieceSize)
            keeper.keep(Array(piece.keys)) { [weak self, loop] results in
                guard let self else { return }
                loop.execute {
                    self.onLoop { announcer in announcer.takeIn(results, piece) }
                }
            }
        }
    }

    private func takeIn(_ results: [AddressKey: NetlinkError?], _ tickets: [AddressKey: UInt64]) {
        let now = loop.now
        let answers = tickets.map { key, ticket in
            let failure = (results[key] ?? nil).map { error in
                Obstacle(reason: "AddressNotAdded", sentence: "\(key.address) could not be added: \(error)")
            }
            return (key: key, ticket: ticket, failure: failure)
        }
        feed { custody in
            answers.flatMap { answer in
                custody.tell(at: now) {
                    $0.attached(answer.key, ticket: answer.ticket, failure: answer.failure, at: now)
                }
            }
        }
    }

    private func letGo(_ keys: [AddressKey]) async {
        await withCheckedContinuation { continuation in
            keeper.letGo(keys) { continuation.resume() }
        }
    }

    /// Has the device made that `attach: link` needs, or gives it up; one that cannot be had is tried again later.
    ///
    /// Until the end is over, addresses may live on it.
    func prepareDevice() {
        guard !isClosed else { return }
        guard attach == .link else { return closeDevice() }
        guard device == nil, !isDeviceAsked else { return }
        isDeviceAsked = true
        keeper.makeDevice(Self.deviceName) { [weak self, loop] result in
            guard let self else { return }
            loop.execute { self.onLoop { $0.takeIn(device: result) } }
        }
    }

    private func takeIn(device result: Result<TunDevice, AddressKeeper.DeviceFailure>) {
        isDeviceAsked = false
        let isWanted = attach == .link && !isClosed
        switch result {
        case .success(let made) where isWanted:
            device = made
            setDevice(.ready(made.link))
        case .success(let made): made.close()
        case .failure(let failure) where isWanted:
            let sentence = "arp.attach is link, and \(failure); or set arp.attach: interface"
            setDevice(.failed(Obstacle(reason: "DeviceNotReady", sentence: sentence)))
        case .failure: break
        }
    }

    /// Has the device made anew that someone has deleted; until then what lived on it waits.
    private func followDevice(in state: NetworkState) {
        guard let link = device?.link else { return }
        guard state.links[link] == nil else { return isDeviceSeen = true }
        guard isDeviceSeen else { return }
        logger.warning("device was gone and is made again", metadata: ["interface.name": "\(Self.deviceName)"])
        closeDevice()
        setDevice(.notNeeded)
        prepareDevice()
    }

    /// What lived on it was let go of before.
    private func closeDevice() {
        device?.close()
        device = nil
        isDeviceSeen = false
    }

    private func setDevice(_ device: Speaker.Device) {
        if case .failed(let obstacle) = device {
            if device != custody.speaker.device {
                logger.error(
                    "device cannot be made",
                    metadata: ["interface.name": "\(Self.deviceName)", "error": "\(obstacle.sentence)"])
            }
            looks?.restart(after: Self.retryInterval)
        }
        let now = loop.now
        feed { $0.tell(at: now) { $0.setDevice(device, at: now) } }
    }

    // MARK: Sockets

    private func open(_ link: LinkIndex) {
        let name = custody.speaker.segments[link]?.name ?? ""
        do {
            wires[link] = try Wire(link, on: loop, closedOn: keeper.closer) { [weak self] frames in
                self?.onLoop { announcer in announcer.receive(frames, on: link) }
            }
        } catch {
            logger.error(
                "interface cannot be listened on", metadata: ["interface.name": "\(name)", "error": "\(error)"])
            unopened[link] = Obstacle(
                reason: "InterfaceNotOpened",
                sentence: "interface \(name) cannot be listened on: \(error); herald needs the capability NET_RAW")
        }
        let settings = InterfaceSettings(link: name)
        custody.speaker.opened(link, settings: settings)
        advise()
    }

    /// An interface may have left and come back between two looks at the host.
    private func reopenDead() {
        let now = loop.now
        for (link, wire) in wires where !wire.isAlive { feed { $0.tell(at: now) { $0.reopen(link, at: now) } } }
    }

    private func receive(_ frames: [[UInt8]], on link: LinkIndex) {
        feed { $0.received(frames, on: link, at: loop.now) }
    }
}
