/// What a Service occupies on each address it holds.
struct Claims: Hashable, Sendable {
    var sharing: AddressRequest.Sharing?
    var ports: Set<PortClaim>
}

extension AddressRequest {
    var claims: Claims { Claims(sharing: sharing, ports: ports) }
}
