/// What a Service occupies on each address it holds. Its ports count only where it may share the address.
enum Claims: Hashable, Sendable {
    /// All of it.
    case alone
    /// Some ports of it; kept elsewhere, for few do.
    indirect case sharing(AddressRequest.Sharing, ports: Set<PortClaim>)

    /// Nil: it shares with none.
    var sharing: AddressRequest.Sharing? {
        switch self {
        case .alone: nil
        case .sharing(let sharing, _): sharing
        }
    }

    /// None where the Service has the address alone.
    var ports: Set<PortClaim> {
        switch self {
        case .alone: []
        case .sharing(_, let ports): ports
        }
    }

    /// Whether a Service with `other` may stand on the same address.
    func allow(_ other: Claims) -> Bool {
        sharing != nil && sharing == other.sharing && ports.isDisjoint(with: other.ports)
    }
}

extension AddressRequest {
    var claims: Claims { sharing.map { .sharing($0, ports: ports) } ?? .alone }
}
