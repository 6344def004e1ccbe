import Netlink
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

/// What a process asks of the world around it.
enum Action {
    case ask(Question, ticket: Int)
    /// Takes the place of the stream of this part before.
    case watch(ClusterView.Part, WatchRequest, number: Int)
    /// A heartbeat.
    case send([UInt8], to: [NodeName])
    /// A frame for the segment.
    case frame([UInt8])
    case attach(AddressKey, ticket: UInt64)
    case detach(AddressKey)
    case sweep(keeping: Set<AddressKey>)
    case ended
}
