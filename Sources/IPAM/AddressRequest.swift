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

        /// Services share when both are equal.
        public init(key: String, placement: String) {
            self.key = key
            self.placement = placement
        }
    }

    /// Who asks.
    public var service: ServiceKey
    /// The labels of the Service, for `Pool.serviceSelector`.
    public var labels: [String: String] = [:]
    /// The labels of its namespace, for `Pool.namespaceSelector`.
    public var namespaceLabels: [String: String] = [:]
    /// Which families, and whether all of them.
    public var families = Families.any
    /// The pool asked for by name.
    public var pool: String?
    /// The addresses asked for; at most one of each family.
    public var addresses: [IPAddress] = []
    /// Nil: it shares with none.
    public var sharing: Sharing?
    /// What it answers on, which Services that share must not have in common.
    public var ports: Set<PortClaim> = []

    /// Asks for one address of any family.
    public init(service: ServiceKey) {
        self.service = service
    }
}
