import ARPMode
import DirectorySource
import ServiceLifecycle

/// Joins the source of several nodes' manifests to the nodes' membership: what is recorded here goes out, and who allocates
/// comes in.
struct RecordExchange: Service {
    let source: DirectorySource
    let arp: ARPAnnouncer

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { for await records in source.records { await arp.share(records) } }
                group.addTask { for await allocation in arp.allocations { await source.follow(allocation) } }
            }
        }
    }
}
