import AddressResolution
public import Announcing
public import Configuration
public import HashTreeCollections
public import HostNetwork
public import LoadBalancing
public import Logging
import Netlink
public import NetworkTypes
public import PacketLoop
import ServiceLifecycle

/// Announces addresses by ARP and NDP: the driver between `Speaker`, which decides, and sockets and kernel.
///
/// Everything happens on the packet loop's thread, but for requests to the kernel, which `AddressKeeper` makes on its
/// own: neither waits for the other.
public actor ARPAnnouncer: Announcer {
    /// The packet loop, on whose thread the actor runs.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    /// What became of each address on this node.
    public nonisolated let effects = KeyedMailbox<IPAddress, AnnouncementEffect.State>()

    private let loop: PacketLoop
    private let network: HostNetwork
    private let keeper: AddressKeeper
    private let logger: Logger
    private var speaker: Speaker
    private var wires: [LinkIndex: Wire] = [:]
    private let groups = MulticastMembership()
    /// Interfaces whose sockets could not be opened just now.
    private var unopened: [LinkIndex: Obstacle] = [:]
    private var device: TunDevice?
    private var attach: ARPSettings.Attachment
    private var timer: LoopTimer?
    private var isClosed = false

    /// The device of `attach: link`.
    static let deviceName = "herald0"

    /// - Parameters:
    ///   - loop: where frames are sent and received.
    ///   - keeper: has the kernel hold addresses, on a loop of its own.
    public init(
        loop: PacketLoop, network: HostNetwork, keeper: AddressKeeper, settings: ARPSettings, logger: Logger
    ) {
        self.loop = loop
        self.network = network
        self.keeper = keeper
        self.logger = logger
        attach = settings.attach
        speaker = Speaker(settings: settings)
    }

    /// Follows the host's links and announces until graceful shutdown, then withdraws everything.
    public func run() async throws {
        timer = loop.makeTimer { [weak self] in
            self?.onLoop { announcer in announcer.feed { $0.advance(to: announcer.loop.now) } }
        }
        await network.observe { [weak self] state, lost in
            self?.onLoop { announcer in
                let now = announcer.loop.now
                announcer.feed { $0.setNetwork(state, at: now) }
                if !lost.isEmpty { announcer.feed { $0.lost(lost.sorted(), at: now) } }
            }
        }
        await keeper.addLossHandler { [weak self, loop] keys in
            guard let self else { return }
            loop.execute {
                self.onLoop { announcer in
                    announcer.feed { $0.lost(keys.map(\.address), at: announcer.loop.now) }
                }
            }
        }
        try? await gracefulShutdown()
        await drain(within: .seconds(2))
    }

    /// Announces exactly these; does nothing once drained.
    public func reconcile(_ desired: AnnouncementSet) {
        guard !isClosed else { return }
        if !desired.isEmpty { prepareDevice() }
        feed { $0.want(desired, at: loop.now) }
    }

    /// Takes in changed settings; addresses move where they must.
    public func configure(_ settings: ARPSettings) {
        attach = settings.attach
        prepareDevice()
        feed { $0.configure(settings, at: loop.now) }
    }

    /// Withdraws everything and has the kernel let go of it. Later calls of `reconcile` do nothing.
    public func drain(within limit: Duration) async {
        guard !isClosed else { return }
        isClosed = true
        let kept = speaker.phases.values.compactMap { phase -> AddressKey? in
            switch phase {
            case .attaching(_, let key, _): key
            case .answering(_, let key): key
            case .blocked: nil
            }
        }
        feed { $0.withdrawAll() }
        if !kept.isEmpty { await letGo(kept) }
        device = nil
    }

    // MARK: Loop callbacks

    private nonisolated func onLoop(_ body: (isolated ARPAnnouncer) -> Void) {
        assumeIsolated(body)
    }

    private func feed(_ input: (inout Speaker) -> [Speaker.Effect]) {
        var reports = perform(input(&speaker))
        for (link, obstacle) in unopened {
            unopened[link] = nil
            reports.merge(perform(speaker.unopened(link, because: obstacle, at: loop.now))) { _, new in new }
        }
        effects.post(reports)
        if let next = speaker.nextWake { timer?.restart(at: next) } else { timer?.cancel() }
    }

    /// Returns what is to be told, the newest of each address.
    private func perform(_ effects: [Speaker.Effect]) -> [IPAddress: AnnouncementEffect.State] {
        var attached: [AddressKey: UInt64] = [:]
        var reports: [IPAddress: AnnouncementEffect.State] = [:]
        for effect in effects {
            switch effect {
            case .attach(let key, let ticket): attached[key] = ticket
            case .detach(let key):
                hold(attached)
                attached = [:]
                keeper.letGo([key], completion: nil)
            case .sweep(let keys):
                hold(attached)
                attached = [:]
                keeper.sweep(keeping: keys, on: .otherLinks, completion: nil)
            case .open(let link): open(link)
            case .close(let link): wires.removeValue(forKey: link)?.close()
            case .join(let address, let link): join(address, link)
            case .leave(let address, let link):
                if let group = address.solicitedNodeGroup {
                    groups.leave(group, interface: UInt32(bitPattern: link.number))
                }
            case .send(let frame, let link): wires[link]?.send(frame)
            case .report(let address, let state): reports[address] = state
            }
        }
        hold(attached)
        return reports
    }

    // MARK: Kernel

    private func hold(_ tickets: [AddressKey: UInt64]) {
        guard !tickets.isEmpty else { return }
        keeper.keep(Array(tickets.keys)) { [weak self, loop] results in
            guard let self else { return }
            loop.execute {
                self.onLoop { announcer in announcer.takeIn(results, tickets) }
            }
        }
    }

    private func takeIn(_ results: [AddressKey: NetlinkError?], _ tickets: [AddressKey: UInt64]) {
        let now = loop.now
        for (key, ticket) in tickets {
            let failure = (results[key] ?? nil).map { error in
                Obstacle(reason: "AddressNotAdded", sentence: "\(key.address) could not be added: \(error)")
            }
            feed { $0.attached(key, ticket: ticket, failure: failure, at: now) }
        }
    }

    private func letGo(_ keys: [AddressKey]) async {
        await withCheckedContinuation { continuation in
            keeper.letGo(keys) { continuation.resume() }
        }
    }

    private func prepareDevice() {
        guard attach == .link else {
            device = nil
            return
        }
        guard device == nil else { return }
        do {
            let made = try TunDevice(name: Self.deviceName)
            device = made
            let link = LinkIndex(Int32(bitPattern: made.interfaceIndex))
            keeper.setUpTun(link) { [weak self, loop] error in
                guard let self else { return }
                loop.execute {
                    self.onLoop { announcer in
                        let obstacle = error.map {
                            Obstacle(reason: "DeviceNotReady", sentence: "device \(Self.deviceName): \($0)")
                        }
                        announcer.feed {
                            $0.setDevice(obstacle.map { .failed($0) } ?? .ready(link), at: announcer.loop.now)
                        }
                    }
                }
            }
        } catch {
            logger.error("device cannot be made", metadata: ["interface.name": "herald0", "error": "\(error)"])
            let obstacle = Obstacle(
                reason: "DeviceNotReady",
                sentence: "arp.attach is link, and its device cannot be made: \(error); or set arp.attach: interface")
            feed { $0.setDevice(.failed(obstacle), at: loop.now) }
        }
    }

    // MARK: Sockets

    private func open(_ link: LinkIndex) {
        let name = speaker.segments[link]?.name ?? ""
        do {
            wires[link] = try Wire(link, on: loop) { [weak self] frames in
                self?.onLoop { announcer in announcer.receive(frames, on: link) }
            }
        } catch {
            logger.error(
                "interface cannot be listened on", metadata: ["interface.name": "\(name)", "error": "\(error)"])
            unopened[link] = Obstacle(
                reason: "InterfaceNotOpened",
                sentence: "interface \(name) cannot be listened on: \(error); herald needs the capability NET_RAW")
        }
        speaker.opened(link, settings: InterfaceSettings(link: name))
    }

    private func receive(_ frames: [[UInt8]], on link: LinkIndex) {
        let now = loop.now
        for frame in frames {
            for case .send(let answer, _) in speaker.received(frame, on: link, at: now) { wires[link]?.send(answer) }
        }
    }

    private func join(_ address: IPAddress, _ link: LinkIndex) {
        guard let group = address.solicitedNodeGroup else { return }
        do {
            try groups.join(group, interface: UInt32(bitPattern: link.number))
        } catch {
            logger.warning(
                "group cannot be joined", metadata: ["service.address": "\(address)", "error": "\(error)"])
        }
    }
}
