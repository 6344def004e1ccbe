/// What a Service occupies on each address it holds.
struct Claims: Hashable, Sendable {
    var sharing: AddressRequest.Sharing?
    var ports: Set<PortClaim>

    /// Whether a Service with `other` may stand on the same address.
    func allow(_ other: Claims) -> Bool {
        sharing != nil && sharing == other.sharing && ports.isDisjoint(with: other.ports)
    }
}

extension AddressRequest {
    var claims: Claims { Claims(sharing: sharing, ports: ports) }
}
