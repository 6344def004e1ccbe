import NetworkTypes

/// Asks for all routes of a family again, or brackets the answer (RFC 2918, RFC 7313).
public struct RouteRefreshMessage: Equatable, Sendable {
    /// The octet that RFC 2918 left reserved and RFC 7313 gave a meaning.
    public enum Subtype: Hashable, Sendable {
        case request
        case beginning
        case ending
        /// Anything else, which receivers ignore.
        case other(UInt8)
    }

    /// Whose routes are meant.
    public var family: RouteFamily
    /// Request, or beginning (BoRR) or ending (EoRR) of the answer.
    public var subtype: Subtype

    /// A message for one family.
    public init(_ subtype: Subtype, _ family: RouteFamily) {
        self.subtype = subtype
        self.family = family
    }

    /// Reads a body.
    ///
    /// Throws 7/1 with the whole message when a beginning or ending has a wrong length, 1/2 when there is too little
    /// to tell. What follows the four octets of a request are filters (RFC 5291) that were never agreed: ignored.
    /// Unless `isEnhanced`, with both sides knowing RFC 7313, the octet of the subtype means nothing (RFC 2918
    /// section 3).
    public init(_ message: RawMessage, isEnhanced: Bool = true) throws(NotificationMessage) {
        var reader = ByteReader(message.body)
        guard let afi = try? reader.uint16(), let code = try? reader.uint8() else {
            throw Self.tooShort(message)
        }
        subtype = isEnhanced ? Subtype(code) : .request
        switch subtype {
        case .beginning, .ending:
            guard message.body.count == 4 else {
                throw NotificationMessage(.invalidRouteRefreshLength, data: message.octets)
            }
        case .request, .other: break
        }
        guard let safi = try? reader.uint8() else { throw Self.tooShort(message) }
        family = RouteFamily(afi: afi, safi: safi)
    }

    /// The whole message, header included.
    public var octets: [UInt8] {
        var writer = ByteWriter(reserving: 23)
        writer.writeMessage(.routeRefresh) {
            $0.write(family.afi)
            $0.write(subtype.code)
            $0.write(family.safi)
        }
        return writer.bytes
    }

    private static func tooShort(_ message: RawMessage) -> NotificationMessage {
        let length = UInt16(truncatingIfNeeded: MessageHeader.length + message.body.count)
        return NotificationMessage(.badMessageLength, data: [UInt8(length >> 8), UInt8(length & 0xFF)])
    }
}

extension RouteRefreshMessage.Subtype {
    init(_ code: UInt8) {
        switch code {
        case 0: self = .request
        case 1: self = .beginning
        case 2: self = .ending
        default: self = .other(code)
        }
    }

    var code: UInt8 {
        switch self {
        case .request: 0
        case .beginning: 1
        case .ending: 2
        case .other(let code): code
        }
    }
}
