public import Kubernetes
public import Logging
import NetworkTypes
public import ServiceLifecycle

/// Takes part in the election of the node that allocates, and tells the other parts when this node is it.
///
/// It stands from when the source has read all that exists from the API: a node that cannot read would only keep the
/// others from allocating. Losing the lease ends nothing but allocating.
///
/// In a `ServiceGroup`, list it last: the lease is then let go first, and another node takes over at once.
public actor AllocatorElection: ServiceLifecycle.Service {
    /// Nil until it is known who allocates.
    public private(set) var leadership: LeaseElection.Leadership?
    private nonisolated let elector: LeaseElector
    private let source: KubernetesSource
    private let apply: @Sendable (_ isAllocator: Bool) async -> Void
    private let logger: Logger
    private var trouble: String?

    /// The name of the Lease, in the namespace the client runs in.
    public static let leaseName = "herald-allocator"

    /// `apply` is told each change that concerns this node, after the source.
    public init(
        _ client: KubernetesClient, source: KubernetesSource, identity: String, seed: UInt64, logger: Logger,
        apply: @escaping @Sendable (_ isAllocator: Bool) async -> Void
    ) {
        elector = LeaseElector(
            client, lease: ObjectKey(namespace: client.namespace, name: Self.leaseName), identity: identity, seed: seed)
        self.source = source
        self.apply = apply
        self.logger = logger
    }

    /// Runs until graceful shutdown, then lets go of the lease.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown { await self.source.untilSynchronised() }
            await elector.run(report: { await self.take($0) }, hear: { await self.hear($0) })
        } onGracefulShutdown: {
            self.elector.stop()
        }
    }

    /// Logs the first failure and each change of it.
    private func hear(_ error: APIError?) {
        defer { trouble = error?.description }
        guard let error, error.description != trouble else { return }
        logger.warning(
            "the lease of the allocator could not be read or written; it is tried again",
            metadata: ["error": "\(error)"])
    }

    private func take(_ new: LeaseElection.Leadership) async {
        let wasAllocator = leadership == .leading
        leadership = new
        let isAllocator = new == .leading
        if isAllocator != wasAllocator {
            await source.setAllocator(isAllocator)
            await apply(isAllocator)
        }
        switch new {
        case .leading: logger.notice("this node allocates")
        case .following(let holder) where holder.isEmpty: logger.notice("it is not known who allocates")
        case .following(let holder): logger.notice("another node allocates", metadata: ["node.name": "\(holder)"])
        }
    }
}
