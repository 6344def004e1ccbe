import NIOConcurrencyHelpers
import Netlink
import NetworkTypes
import PacketLoop

/// Hands what is told to an observer on another loop; of what that loop has not got round to there is never more than
/// one piece.
final class Delivery: Sendable {
    private struct Parcel {
        var state: NetworkState
        var lostOwn: Set<IPAddress>
    }

    private let observer: HostNetwork.Observer
    private let loop: PacketLoop
    private let waiting = NIOLockedValueBox<Parcel?>(nil)

    init(to observer: @escaping HostNetwork.Observer, on loop: PacketLoop) {
        (self.observer, self.loop) = (observer, loop)
    }

    /// Tells the newest state, and each address that was lost since the observer was called last.
    func tell(_ state: NetworkState, lostOwn: Set<IPAddress>) {
        let isFirst = waiting.withLockedValue { waiting in
            defer { waiting = Parcel(state: state, lostOwn: lostOwn.union(waiting?.lostOwn ?? [])) }
            return waiting == nil
        }
        guard isFirst else { return }
        loop.execute {
            let parcel = self.waiting.withLockedValue { waiting in
                defer { waiting = nil }
                return waiting
            }
            if let parcel { self.observer(parcel.state, parcel.lostOwn) }
        }
    }
}
