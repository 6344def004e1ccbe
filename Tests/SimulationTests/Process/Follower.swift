import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

/// A watcher and the stream that it reads.
struct Follower<Object: Resource> {
    var watcher: Watcher<Object>
    /// Of the stream that is read; what others bring is stale.
    var number = 0
    var waitUntil: MonotonicTime?
    var hasStarted = false
    let part: ClusterView.Part
    let take: (inout ClusterView, Delivery<Object>) -> Void

    init(
        _ part: ClusterView.Part, seed: UInt64, take: @escaping (inout ClusterView, Delivery<Object>) -> Void
    ) {
        watcher = Watcher(seed: seed)
        self.part = part
        self.take = take
    }
}
