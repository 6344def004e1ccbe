public import NetworkTypes

/// Why a route is not announced to a peer.
public enum ExportRefusal: Error, Hashable, Sendable {
    /// There is no session.
    case noSession
    /// The peer does not take routes of the family.
    case familyNotAgreed(AddressFamily)
    /// This node has no address towards the peer that the family's packets could be sent to.
    case noNextHop(AddressFamily)
    /// The address cannot be a next hop: unspecified, loopback, multicast, mapped, or the peer's own.
    case unusableNextHop(IPAddress)
    /// The attributes alone fill a message.
    case attributesTooLong
}

extension ExportRefusal: CustomStringConvertible {
    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .noSession: "the session with the peer is not established"
        case .familyNotAgreed(let family):
            "the peer does not take \(family.rawValue) routes: enable the address family on the peer"
        case .noNextHop(.ipv4):
            "no IPv4 next hop: give the interface towards the peer an IPv4 address, set nextHop in an advertisement, "
                + "or enable extended next hops on both sides"
        case .noNextHop(.ipv6):
            "no IPv6 next hop: give the interface towards the peer a global IPv6 address, or set nextHop in an "
                + "advertisement"
        case .unusableNextHop(let address): "\(address) cannot be a next hop: configure another one"
        case .attributesTooLong: "the attributes do not fit a message: use fewer communities"
        }
    }
}
