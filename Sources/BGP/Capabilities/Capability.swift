public import NetworkTypes

/// Something that a speaker can do beyond RFC 4271, offered in its OPEN (RFC 5492).
public enum Capability: Hashable, Sendable {
    case multiprotocol(RouteFamily)
    case routeRefresh
    case extendedNextHop([ExtendedNextHop])
    case extendedMessage
    /// The octet of RFC 9234; `Role(rawValue:)` is nil for one that the RFC does not define.
    case role(UInt8)
    case gracefulRestart(GracefulRestartCapability)
    case fourOctetASN(ASN)
    case enhancedRouteRefresh
    case longLivedGracefulRestart([LongLivedFamily])
    case hostName(HostName)
    case softwareVersion(String)
    /// One that is not known here, which receivers skip.
    case other(code: UInt8, value: [UInt8])

    /// Which capability it is, without its value.
    public var code: UInt8 {
        switch self {
        case .multiprotocol: Code.multiprotocol
        case .routeRefresh: Code.routeRefresh
        case .extendedNextHop: Code.extendedNextHop
        case .extendedMessage: Code.extendedMessage
        case .role: Code.role
        case .gracefulRestart: Code.gracefulRestart
        case .fourOctetASN: Code.fourOctetASN
        case .enhancedRouteRefresh: Code.enhancedRouteRefresh
        case .longLivedGracefulRestart: Code.longLivedGracefulRestart
        case .hostName: Code.hostName
        case .softwareVersion: Code.softwareVersion
        case .other(let code, _): code
        }
    }

    enum Code {
        static let multiprotocol: UInt8 = 1
        static let routeRefresh: UInt8 = 2
        static let extendedNextHop: UInt8 = 5
        static let extendedMessage: UInt8 = 6
        static let role: UInt8 = 9
        static let gracefulRestart: UInt8 = 64
        static let fourOctetASN: UInt8 = 65
        static let enhancedRouteRefresh: UInt8 = 70
        static let longLivedGracefulRestart: UInt8 = 71
        static let hostName: UInt8 = 73
        static let softwareVersion: UInt8 = 75
    }
}
