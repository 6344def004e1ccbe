import ARPMode
import Announcing
import BGPMode
import Configuration
import DirectorySource
import FoundationEssentials
import HostNetwork
import KubernetesSource
import LoadBalancing
import Logging
import NetworkTypes
import Operations
import Operator
import PacketLoop
import ServiceLifecycle
import UnixSignals

/// The running process: joins sources, modes and the loop, and decides nothing.
struct Daemon {
    let node: NodeName
    let file: String
    let parsed: ParsedConfiguration
    var cluster = ClusterOptions()

    func run() async throws {
        let configuration = parsed.configuration
        let solitude = try Solitude(for: configuration)
        defer { withExtendedLifetime(solitude) {} }
        let packets = try PacketLoop.start(name: "packets", realTime: true)
        // Calls to the kernel wait while others change its network; packets must not wait with them.
        let kernel = try PacketLoop.start(name: "kernel")
        let notices = try PacketLoop.start(name: "network")
        defer {
            notices.stop()
            kernel.stop()
            packets.stop()
        }
        let network = HostNetwork(loop: notices, logger: Logger(label: "network"))
        let keeper = AddressKeeper(
            loop: kernel, owner: packets, settings: Self.keeperSettings(configuration.arp),
            logger: Logger(label: "addresses"))
        let arp = ARPAnnouncer(
            node: node, loop: packets, network: network, keeper: keeper, settings: configuration.arp,
            membership: configuration.membership, isGivenKeys: configuration.source.isCluster,
            checks: Set(configuration.checks.map(\.name)), logger: Logger(label: "arp"))
        let bgp = makeBGP(configuration, on: packets, network, keeper)
        let kubernetes = try makeKubernetes(configuration)
        let directory = try makeDirectory(configuration)
        guard let source: any ServiceSource = kubernetes?.source ?? directory else {
            throw Failure("there is no source")
        }
        let serviceOperator = ServiceOperator(
            settings: configuration.plannerSettings(for: node), isAllocator: directory?.isShared == false,
            source: source, announcers: [.arp: arp, .bgp: bgp], clock: { PacketLoop.now },
            logger: Logger(label: "operator"))
        let checks = BackendChecks(
            checks: configuration.checks, loop: packets, arp: arp, logger: Logger(label: "checks"))
        let election = kubernetes?.makeElection()
        let membershipKey = kubernetes?.makeMembershipKey(configuration, for: arp)
        let keeperOfFile = ConfigurationKeeper(
            file: file, parsed: parsed, logger: Logger(label: "configuration")
        ) { new, initial in
            LogOutput.setLevel(new.log.level)
            await keeper.configure(Self.keeperSettings(new.arp))
            await arp.configure(new.arp, membership: new.membership)
            checks.configure(new.checks)
            await kubernetes?.configure(new)
            membershipKey?.setWanted(KubernetesParts.needsKey(new))
            // Before addresses get the names of new pools, so that their routes stay.
            await Self.configure(bgp, new)
            await serviceOperator.configure(new.plannerSettings(for: node))
            return Self.needingRestart(new, initial)
        }
        let server = makeServer(
            serviceOperator, keeperOfFile, arp, bgp, loops: [packets, kernel, notices], reporters: []
        ) {
            guard let kubernetes, let election else { return nil }
            return await ClusterStatus(kubernetes.source, election, node: node)
        }
        try server.prepare()
        let reserver = AddressReserver(network: network, serviceOperator: serviceOperator)
        // In start order; shutdown goes the other way round: the operator withdraws while all it needs still runs.
        var services: [any Service] = [server, source, network, arp, bgp, reserver, keeperOfFile, serviceOperator]
        services.append(checks)
        if let directory, directory.isShared { services.append(RecordExchange(source: directory, arp: arp)) }
        if let membershipKey { services.append(membershipKey) }
        services.append(MemoryKeeper())
        if let election { services.append(election) }
        var lifecycleLogger = Logger(label: "lifecycle")
        lifecycleLogger.logLevel = .warning
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: lifecycleLogger))
        try await group.run()
    }

    /// In ARP mode the nodes choose one that allocates, since other nodes may be named later.
    private func makeDirectory(_ configuration: Configuration) throws -> DirectorySource? {
        guard case .directory(let settings) = configuration.source else { return nil }
        return try DirectorySource(
            settings: settings, isShared: configuration.modes.contains(.arp), logger: Logger(label: "directory"))
    }

    private static func keeperSettings(_ settings: ARPSettings) -> AddressKeeper.Settings {
        AddressKeeper.Settings(lifetime: settings.lifetime, refresh: settings.refresh)
    }

    private static func needingRestart(_ new: Configuration, _ old: Configuration) -> [String] {
        var keys: [String] = []
        if new.source != old.source { keys.append("source") }
        if new.operations != old.operations { keys.append("operations") }
        if new.log.format != old.log.format { keys.append("log.format") }
        // Whether the nodes choose one that allocates is settled at the start.
        let isShared = !new.source.isCluster && new.modes.contains(.arp) && !new.membership.peers.isEmpty
        if isShared, !old.modes.contains(.arp) { keys.append("mode") }
        return keys
    }
}

/// Keeps the planner from giving away what the host itself has.
struct AddressReserver: Service {
    let network: HostNetwork
    let serviceOperator: ServiceOperator

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await addresses in network.hostAddresses { await serviceOperator.reserve(addresses) }
        }
    }
}
