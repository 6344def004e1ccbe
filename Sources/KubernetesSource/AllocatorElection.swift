public import Kubernetes
public import Logging
import NetworkTypes
public import ServiceLifecycle

/// Takes part in the election of the node that allocates, and makes the source allocate when this node is it.
///
/// It stands from when the source has read all that exists from the API: a node that cannot read would only keep the
/// others from allocating. Where another node may have allocated meanwhile, everything is read once more before this one
/// begins, as its watch may not have shown yet what that one wrote. Losing the lease ends nothing but allocating.
///
/// In a `ServiceGroup`, list it last: the lease is then let go first, and another node takes over at once.
public actor AllocatorElection: ServiceLifecycle.Service {
    /// Nil until it is known who allocates.
    public private(set) var leadership: LeaseElection.Leadership?
    private nonisolated let elector: LeaseElector
    private let source: KubernetesSource
    private let logger: Logger
    private var trouble: String?
    /// Counts the changes of leadership.
    private var term = 0
    private nonisolated let bell: AsyncStream<Void>
    private nonisolated let bellRope: AsyncStream<Void>.Continuation

    /// The name of the Lease, in the namespace the client runs in.
    public static let leaseName = "herald-allocator"

    /// Does nothing before `run()`. `identity` differs between all nodes, and stays over restarts of one.
    public init(
        _ client: KubernetesClient, source: KubernetesSource, identity: String, seed: UInt64, logger: Logger
    ) {
        elector = LeaseElector(
            client, lease: ObjectKey(namespace: client.namespace, name: Self.leaseName), identity: identity, seed: seed)
        self.source = source
        self.logger = logger
        (bell, bellRope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs until graceful shutdown, then lets go of the lease.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown { await self.source.untilSynchronised() }
            await withDiscardingTaskGroup { group in
                group.addTask { await self.applyLoop() }
                await elector.run(report: { self.take($0) }, hear: { await self.hear($0) })
                group.cancelAll()
            }
            await source.setAllocator(false)
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

    private func take(_ new: LeaseElection.Leadership) {
        leadership = new
        term += 1
        bellRope.yield()
        switch new {
        case .leading(unbroken: true): break
        case .leading(unbroken: false): logger.debug("this node is to allocate; Services are read once more")
        case .following(let holder) where holder.isEmpty: logger.notice("it is not known who allocates")
        case .following(let holder): logger.notice("another node allocates", metadata: ["node.name": "\(holder)"])
        }
    }

    /// One change at a time, so that the newest is what lasts.
    private func applyLoop() async {
        for await _ in bell {
            guard case .leading(let isUnbroken)? = leadership else {
                await source.setAllocator(false)
                continue
            }
            let begun = term
            if !isUnbroken, await !source.catchUp() { return }
            guard term == begun else { continue }
            await source.setAllocator(true)
            logger.notice("this node allocates")
        }
    }
}
