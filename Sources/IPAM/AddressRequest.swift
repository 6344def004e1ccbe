public import NetworkTypes

/// What one Service asks of IPAM.
public struct AddressRequest: Hashable, Sendable {
    /// Which families the Service wants, in its own order.
    public enum Families: Hashable, Sendable {
        /// One address of any family: what the pools have, IPv4 first.
        case any
        /// One address of each; nothing unless all can be had (SingleStack, RequireDualStack).
        case all([AddressFamily])
        /// One address of each that can be had, at least one (PreferDualStack).
        case atLeastOne([AddressFamily])
    }

    /// Lets Services share addresses.
    public struct Sharing: Hashable, Sendable {
        /// Services with the same key may share.
        public let key: String
        /// Equal for Services whose traffic may enter at the same nodes; differs between Services with
        /// `externalTrafficPolicy: Local` that select other pods, which must not share.
        public let placement: String

        public init(key: String, placement: String) {
            self.key = key
            self.placement = placement
        }
    }

    public var service: ServiceKey
    public var labels: [String: String] = [:]
    public var namespaceLabels: [String: String] = [:]
    public var families = Families.any
    /// The pool asked for by name.
    public var pool: String?
    /// The addresses asked for; at most one of each family.
    public var addresses: [IPAddress] = []
    public var sharing: Sharing?
    public var ports: Set<PortClaim> = []

    public init(service: ServiceKey) {
        self.service = service
    }
}
