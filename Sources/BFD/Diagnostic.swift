/// Why a session left its last state (RFC 5880 section 4.1).
public enum Diagnostic: UInt8, Sendable, CaseIterable {
    case none = 0
    case detectionTimeExpired = 1
    case echoFailed = 2
    case neighborSignaledDown = 3
    case forwardingPlaneReset = 4
    case pathDown = 5
    case concatenatedPathDown = 6
    case administrativelyDown = 7
    case reverseConcatenatedPathDown = 8
}
