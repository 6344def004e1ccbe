import ARPMode
import BGPMode
import Configuration
import FoundationEssentials
import Logging
import NetworkTypes
import Operations
import Operator
import PacketLoop
import ServiceLifecycle

extension Daemon {
    /// What the code counts, for `/metrics`.
    static let metrics = MetricsRegistry()

    /// How long a loop may go without turning before the process counts as stuck.
    private static let loopLimit = Duration.seconds(30)

    /// The server that tells how it goes; `reporters` are the parts that tell more than the loop does.
    func makeServer(
        _ serviceOperator: ServiceOperator, _ configuration: ConfigurationKeeper, _ arp: ARPAnnouncer,
        _ bgp: BGPAnnouncer, loops: [PacketLoop], reporters: [SelfReporter],
        cluster: @escaping @Sendable () async -> ClusterStatus?
    ) -> OperationsServer {
        let pulses = loops.map { loop in
            let pulse = LoopPulse(name: loop.name, limit: Self.loopLimit, now: loop.now)
            Self.beat(pulse, on: loop)
            return pulse
        }
        let maker = StatusMaker(
            node: node, serviceOperator: serviceOperator, configuration: configuration, arp: arp, bgp: bgp,
            cluster: cluster,
            metrics: Self.metrics,
            pulses: pulses,
            operatorPulse: LoopPulse(name: "operator", limit: Self.loopLimit, now: PacketLoop.now),
            reporters: reporters)
        let settings = parsed.configuration.operations
        return OperationsServer(
            socketPath: settings.socket, alternativePath: Self.socket(settings.socket, of: node),
            port: settings.listen.map { .init(address: $0.address, number: $0.port) },
            protection: Protection(
                certificate: settings.tls.map { ($0.certificateFile, $0.keyFile) }, tokenFile: settings.tokenFile,
                logger: Logger(label: "operations")),
            logger: Logger(label: "operations")
        ) { request in
            await maker.answer(request)
        } performer: { request in
            await Self.perform(request.path, arp, bgp)
        }
    }

    /// Beside the socket of the configuration, for a node among others on one host: `herald.node-a.sock`.
    private static func socket(_ path: String, of node: NodeName) -> String {
        let name = node.text.map { $0.isLetter || $0.isNumber || "-.".contains($0) ? $0 : "-" }
        let stem = path.hasSuffix(".sock") ? String(path.dropLast(5)) : path
        return "\(stem).\(String(name)).sock"
    }

    /// Beats every other second for as long as the loop runs.
    private static func beat(_ pulse: LoopPulse, on loop: PacketLoop) {
        pulse.beat(at: loop.now)
        loop.schedule(after: .seconds(2)) { beat(pulse, on: loop) }
    }
}
