/// How an address is made reachable from the network.
public enum Mode: String, Hashable, Sendable, CaseIterable {
    /// One node owns the address and answers ARP and NDP for it.
    case arp
    /// Every eligible node advertises the address to its routers.
    case bgp
    /// Addresses are allocated and recorded; nothing is announced, and a status names no address.
    case none

    /// Whether many nodes announce one address at the same time.
    public var isShared: Bool {
        switch self {
        case .bgp: true
        case .arp, .none: false
        }
    }
}
