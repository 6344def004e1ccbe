/// What a speaker is to its eBGP peer, so that routes cannot leak (RFC 9234 section 4.1).
public enum Role: UInt8, Sendable, CaseIterable {
    case provider = 0
    case routeServer = 1
    case routeServerClient = 2
    case customer = 3
    case peer = 4

    /// The role that the other side must have.
    public var counterpart: Role {
        switch self {
        case .provider: .customer
        case .customer: .provider
        case .routeServer: .routeServerClient
        case .routeServerClient: .routeServer
        case .peer: .peer
        }
    }

    /// Whether routes sent to the other side are marked Only To Customer (RFC 9234 section 5).
    var marksRoutes: Bool {
        switch self {
        case .provider, .routeServer, .peer: true
        case .customer, .routeServerClient: false
        }
    }
}
