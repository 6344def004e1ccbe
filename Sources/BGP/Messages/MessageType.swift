/// The type octet of a message header (RFC 4271 section 4.1, RFC 2918).
public enum MessageType: UInt8, Sendable, CaseIterable {
    case open = 1
    case update = 2
    case notification = 3
    case keepalive = 4
    case routeRefresh = 5

    /// The least length of the whole message, header included.
    var minimumLength: Int {
        switch self {
        case .open: 29
        case .update: 23
        case .notification: 21
        case .keepalive: 19
        case .routeRefresh: 23
        }
    }

    /// The greatest length of the whole message where `limit` is what both sides agreed to.
    ///
    /// OPEN and KEEPALIVE never grow beyond 4096 octets (RFC 8654 section 4).
    func maximumLength(limit: Int) -> Int {
        switch self {
        case .open: min(limit, MessageHeader.standardLimit)
        case .keepalive: MessageHeader.length
        case .update, .notification, .routeRefresh: limit
        }
    }
}

extension MessageType: CustomStringConvertible {
    /// As the RFC writes it.
    public var description: String {
        switch self {
        case .open: "OPEN"
        case .update: "UPDATE"
        case .notification: "NOTIFICATION"
        case .keepalive: "KEEPALIVE"
        case .routeRefresh: "ROUTE-REFRESH"
        }
    }
}
