import ARPMode
import BGPMode
import Operations

// What the control socket orders of ARP mode.
extension Daemon {
    static func perform(_ path: String, _ arp: ARPAnnouncer, _ bgp: BGPAnnouncer) async -> OperationsResponse? {
        switch path {
        case "/drain":
            await arp.setDraining(true)
            await bgp.setDraining(true)
            let remaining = await arp.handOver(within: .seconds(5))
            return remaining == 0
                ? .text("every address has another node now")
                : .text("\(remaining) addresses stay here, since no other node takes them", status: 409)
        case "/undrain":
            await arp.setDraining(false)
            await bgp.setDraining(false)
            return .text("this node takes addresses again")
        case "/rebalance":
            await arp.rebalance()
            return .text("what this node has above its share is offered to the others")
        default: return nil
        }
    }
}
