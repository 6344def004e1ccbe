import ARPMode
import Announcing
import Configuration
import DirectorySource
import FoundationEssentials
import HostNetwork
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

    func run() async throws {
        let configuration = parsed.configuration
        let packets = try PacketLoop.start(name: "packets", realTime: true)
        let kernel = try PacketLoop.start(name: "kernel")
        defer {
            kernel.stop()
            packets.stop()
        }
        let network = HostNetwork(loop: packets, logger: Logger(label: "network"))
        let keeper = AddressKeeper(
            loop: kernel, settings: Self.keeperSettings(configuration.arp), logger: Logger(label: "addresses"))
        let arp = ARPAnnouncer(
            loop: packets, network: network, keeper: keeper, settings: configuration.arp, logger: Logger(label: "arp"))
        let source = try makeSource(configuration)
        let serviceOperator = ServiceOperator(
            settings: configuration.plannerSettings(for: node), isAllocator: true, source: source,
            announcers: [.arp: arp], clock: { PacketLoop.now }, logger: Logger(label: "operator"))
        let keeperOfFile = ConfigurationKeeper(
            file: file, parsed: parsed, logger: Logger(label: "configuration")
        ) { new, old in
            LogOutput.setLevel(new.log.level)
            await keeper.configure(Self.keeperSettings(new.arp))
            await arp.configure(new.arp)
            await serviceOperator.configure(new.plannerSettings(for: node))
            return Self.needingRestart(new, old)
        }
        let server = makeServer(serviceOperator, keeperOfFile, loops: [packets, kernel], reporters: [])
        try server.prepare()
        let reserver = AddressReserver(network: network, serviceOperator: serviceOperator)
        // In start order; shutdown goes the other way round: the operator withdraws while all it needs still runs.
        let services: [any Service] = [server, source, network, arp, reserver, keeperOfFile, serviceOperator]
        var lifecycleLogger = Logger(label: "lifecycle")
        lifecycleLogger.logLevel = .warning
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: lifecycleLogger))
        try await group.run()
    }

    private func makeSource(_ configuration: Configuration) throws -> any ServiceSource {
        switch configuration.source {
        case .directory(let settings):
            return try DirectorySource(settings: settings, logger: Logger(label: "directory"))
        case .kubernetes:
            throw Failure(
                "source: kubernetes is not built yet; set  source: {directory: {path: ...}}  to serve manifests")
        }
    }

    private static func keeperSettings(_ settings: ARPSettings) -> AddressKeeper.Settings {
        AddressKeeper.Settings(lifetime: settings.lifetime, refresh: settings.refresh)
    }

    private static func needingRestart(_ new: Configuration, _ old: Configuration) -> [String] {
        var keys: [String] = []
        if new.source != old.source { keys.append("source") }
        if new.operations != old.operations { keys.append("operations") }
        if new.log.format != old.log.format { keys.append("log.format") }
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
