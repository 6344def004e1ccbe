/// Why a session ends: the error code and subcode of a NOTIFICATION (RFC 4271 section 4.5 and its successors).
public struct NotificationReason: Hashable, Sendable {
    /// 1 header, 2 OPEN, 3 UPDATE, 4 hold timer, 5 state machine, 6 cease, 7 ROUTE-REFRESH, 8 send hold timer.
    public let code: UInt8
    /// 0 where the code has no finer reason.
    public let subcode: UInt8

    /// Any pair, known or not.
    public init(_ code: UInt8, _ subcode: UInt8) {
        self.code = code
        self.subcode = subcode
    }
}

// MARK: - Message header (RFC 4271 section 6.1)
extension NotificationReason {
    static let connectionNotSynchronized = NotificationReason(1, 1)
    static let badMessageLength = NotificationReason(1, 2)
    static let badMessageType = NotificationReason(1, 3)
}

// MARK: - OPEN (RFC 4271 section 6.2, RFC 5492, RFC 9234)
extension NotificationReason {
    static let openUnspecific = NotificationReason(2, 0)
    static let unsupportedVersion = NotificationReason(2, 1)
    static let badPeerAS = NotificationReason(2, 2)
    static let badIdentifier = NotificationReason(2, 3)
    static let unsupportedParameter = NotificationReason(2, 4)
    static let unacceptableHoldTime = NotificationReason(2, 6)
    static let unsupportedCapability = NotificationReason(2, 7)
    static let roleMismatch = NotificationReason(2, 11)
}

// MARK: - UPDATE (RFC 4271 section 6.3)
extension NotificationReason {
    static let malformedAttributeList = NotificationReason(3, 1)
    static let unrecognizedWellKnownAttribute = NotificationReason(3, 2)
    static let missingWellKnownAttribute = NotificationReason(3, 3)
    static let attributeFlagsError = NotificationReason(3, 4)
    static let attributeLengthError = NotificationReason(3, 5)
    static let invalidOrigin = NotificationReason(3, 6)
    static let invalidNextHop = NotificationReason(3, 8)
    static let optionalAttributeError = NotificationReason(3, 9)
    static let invalidNetworkField = NotificationReason(3, 10)
    static let malformedASPath = NotificationReason(3, 11)
}

// MARK: - Timers and state machine (RFC 4271 sections 6.5 and 6.6, RFC 6608, RFC 9687)
extension NotificationReason {
    static let holdTimerExpired = NotificationReason(4, 0)
    static let unexpectedInOpenSent = NotificationReason(5, 1)
    static let unexpectedInOpenConfirm = NotificationReason(5, 2)
    static let unexpectedInEstablished = NotificationReason(5, 3)
    static let sendHoldTimerExpired = NotificationReason(8, 0)
}

// MARK: - Cease (RFC 4486, RFC 8538, RFC 9384) and ROUTE-REFRESH (RFC 7313)
extension NotificationReason {
    static let maximumPrefixes = NotificationReason(6, 1)
    static let administrativeShutdown = NotificationReason(6, 2)
    static let peerDeconfigured = NotificationReason(6, 3)
    static let administrativeReset = NotificationReason(6, 4)
    static let connectionRejected = NotificationReason(6, 5)
    static let otherConfigurationChange = NotificationReason(6, 6)
    static let connectionCollision = NotificationReason(6, 7)
    static let outOfResources = NotificationReason(6, 8)
    static let hardReset = NotificationReason(6, 9)
    static let bfdDown = NotificationReason(6, 10)
    static let invalidRouteRefreshLength = NotificationReason(7, 1)
}
