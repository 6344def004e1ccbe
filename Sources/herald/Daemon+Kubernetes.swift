import ARPMode
import Configuration
import FoundationEssentials
import HTTPTransfer
import IPAM
import Kubernetes
import KubernetesSource
import LoadBalancing
import Logging
import NetworkTypes
import Operations
import Operator
import ServiceLifecycle

/// What the command line says about the API server; it counts more than the configuration.
struct ClusterOptions: Sendable {
    var kubeconfig: String?
    var context: String?
}

/// What serves the Services of a cluster.
struct KubernetesParts: Sendable {
    let node: NodeName
    let source: KubernetesSource
    private let client: KubernetesClient
    private let seed: UInt64

    init(
        _ configuration: Configuration, _ settings: KubernetesSettings, node: NodeName, options: ClusterOptions
    ) throws {
        self.node = node
        seed = .random(in: 0 ... .max)
        client = KubernetesClient(
            try Self.clientConfiguration(settings, options), over: try HTTPTransfer.start(),
            userAgent: "herald/\(Version.number)", fieldManager: "herald", seed: seed)
        source = KubernetesSource(
            client: client, settings: Self.sourceSettings(configuration, node), seed: seed &+ 1,
            logger: Logger(label: "kubernetes"))
    }

    /// What makes the operator of one node allocate.
    func makeElection() -> AllocatorElection {
        AllocatorElection(
            client, source: source, identity: node.text, seed: seed &+ 2, logger: Logger(label: "election"))
    }

    /// What gives the announcers of all nodes one key, where no file has it.
    func makeMembershipKey(_ configuration: Configuration, for arp: ARPAnnouncer) -> MembershipKey {
        MembershipKey(
            client, stateDirectory: Self.stateDirectory(configuration), isWanted: Self.needsKey(configuration),
            logger: Logger(label: "membership")
        ) { news in
            switch news {
            case .text(let text, let place): await arp.setKeys(text, from: place)
            case .unavailable(let sentence): await arp.setKeysMissing(sentence)
            }
        }
    }

    /// Whether nodes need a key that no file has.
    static func needsKey(_ configuration: Configuration) -> Bool {
        configuration.membership.keyFile == nil && configuration.modes.contains(.arp)
    }

    func configure(_ configuration: Configuration) async {
        await source.configure(Self.sourceSettings(configuration, node))
    }

    static func sourceSettings(_ configuration: Configuration, _ node: NodeName) -> KubernetesSourceSettings {
        KubernetesSourceSettings(
            node: node, claim: configuration.services.claim, requireEndpoints: configuration.services.requireEndpoints,
            writesLoadBalancerIP: configuration.services.writeLoadBalancerIP,
            watchesNamespaces: configuration.pools.contains { $0.pool.namespaceSelector != nil },
            needsNodeAddresses: configuration.modes.contains(.arp) && configuration.membership.peers.isEmpty,
            stateDirectory: stateDirectory(configuration))
    }

    private static func stateDirectory(_ configuration: Configuration) -> String? {
        guard case .kubernetes(let settings) = configuration.source else { return nil }
        return settings.stateDirectory
    }

    /// A kubeconfig that is named; else the service account, in a pod; else the kubeconfig of the environment.
    private static func clientConfiguration(
        _ settings: KubernetesSettings, _ options: ClusterOptions
    ) throws -> ClientConfiguration {
        let environment = ProcessInfo.processInfo.environment
        let context = options.context ?? settings.context
        if let path = options.kubeconfig ?? settings.kubeconfig {
            return try .kubeconfig(path: path, context: context, environment: environment)
        }
        if environment["KUBERNETES_SERVICE_HOST"]?.isEmpty == false {
            guard context == nil else { throw Failure("a context is named, but no kubeconfig: give --kubeconfig") }
            return try .inCluster(environment: environment)
        }
        guard let path = environment["KUBECONFIG"]?.split(separator: ":").first else {
            throw Failure(
                "source: kubernetes needs an API server: run in a pod, name one by source.kubernetes.kubeconfig, "
                    + "--kubeconfig or KUBECONFIG, or serve manifests with  source: {directory: {path: ...}}")
        }
        return try .kubeconfig(path: String(path), context: context, environment: environment)
    }
}

extension ClusterStatus {
    init(_ source: KubernetesSource, _ election: AllocatorElection, node: NodeName) async {
        let report = await source.report()
        let leadership = await election.leadership
        let age = report.snapshot.map { max(0, Date().timeIntervalSince($0)) }
        self.init(
            server: report.server, reachable: report.isReachable, since: report.since.formatted(.iso8601),
            reason: report.reason, snapshot: report.snapshot?.formatted(.iso8601),
            snapshotAge: age.map { Int($0.rounded()) }, fromStateFile: report.isFromStateFile,
            allocator: leadership.flatMap { Self.allocator($0, node) })
    }

    private static func allocator(_ leadership: LeaseElection.Leadership, _ node: NodeName) -> String? {
        switch leadership {
        case .leading: node.text
        case .following(let holder): holder.isEmpty ? nil : holder
        }
    }
}

extension Daemon {
    func makeKubernetes(_ configuration: Configuration) throws -> KubernetesParts? {
        guard case .kubernetes(let settings) = configuration.source else { return nil }
        return try KubernetesParts(configuration, settings, node: node, options: cluster)
    }
}
