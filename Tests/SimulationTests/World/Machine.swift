import LoadBalancing
import Netlink
import NetworkTypes

@testable import Netlink

/// One node: what outlives a run of herald, and the run.
final class Machine {
    let name: NodeName
    let index: Int
    let address: IPAddress
    let station: MACAddress
    var process: Process?
    /// Runs so far.
    var runs = 0
    var recorded: Process.Recorded?
    var wasAllocator = false
    /// Addresses that the kernel holds for herald, by the run that had it hold them.
    var held: [AddressKey: Int] = [:]

    // How it is connected.
    /// Machines of one island reach each other.
    var island = 0
    var hasCarrier = true
    var reachesServer = true
    /// Nothing of it runs before.
    var frozenUntil: MonotonicTime?
    /// How late watches bring what happened.
    var watchLag = Duration.milliseconds(20)
    /// Its object in the cluster.
    var isDrained = false
    var notReadySince: MonotonicTime?

    /// The time of the wake that is in the queue.
    var wake: MonotonicTime?

    static let link = LinkIndex(2)

    init(_ index: Int) {
        name = NodeName("node-\(index)")
        self.index = index
        address = IPAddress(ipv4: 0x0A00_0001 + UInt32(index))
        station = MACAddress(number: 0x0200_0000_0001 + UInt64(index))
    }

    /// The links and addresses as the kernel has them.
    var network: NetworkState {
        var state = NetworkState()
        var link = Link(index: Self.link, name: "eth0", flags: [.up, .running])
        link.macAddress = station
        link.operationalState = hasCarrier ? .up : .down
        if hasCarrier { link.flags.formUnion(.lowerUp) }
        state.apply(.link(link))
        let number = UInt128(index + 1)
        let own = [
            (address, 16), (IPAddress(ipv6: 0xFD00 << 112 | number), 64),
            (IPAddress(ipv6: 0xFE80 << 112 | number), 64),
        ]
        for (address, length) in own {
            let key = AddressKey(link: Self.link, address: address, prefixLength: length)
            state.apply(.address(Self.entry(key, isOurs: false)))
        }
        for key in held.keys { state.apply(.address(Self.entry(key, isOurs: true))) }
        return state
    }

    private static func entry(_ key: AddressKey, isOurs: Bool) -> InterfaceAddress {
        InterfaceAddress(
            key: key, label: nil, scope: .universe, flags: [], lifetime: .forever,
            provenance: isOurs ? AddressMark.provenance : nil, routePriority: isOurs ? AddressMark.routePriority : nil)
    }
}
