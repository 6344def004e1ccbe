public import NetworkTypes

/// Announces and withdraws routes (RFC 4271 section 4.3).
public struct UpdateMessage: Hashable, Sendable {
    /// IPv4 routes that are gone.
    public var withdrawn: PrefixList
    /// Reachable routes of the other kind, first among the attributes (RFC 7606 section 5.1).
    public var reach: MultiprotocolReach?
    /// Withdrawn routes of the other kind, first among the attributes.
    public var unreach: MultiprotocolUnreach?
    /// What the announced routes have in common.
    public var attributes: PathAttributes
    /// IPv4 routes that can be reached.
    public var announced: PrefixList

    /// Empty parts are left out.
    public init(
        withdrawn: PrefixList = PrefixList(family: .ipv4), reach: MultiprotocolReach? = nil,
        unreach: MultiprotocolUnreach? = nil, attributes: PathAttributes = PathAttributes(),
        announced: PrefixList = PrefixList(family: .ipv4)
    ) {
        self.withdrawn = withdrawn
        self.reach = reach
        self.unreach = unreach
        self.attributes = attributes
        self.announced = announced
    }

    /// Says that all routes of a family have been sent (RFC 4724 section 2).
    public static func endOfRIB(_ family: AddressFamily) -> UpdateMessage {
        switch family {
        case .ipv4: UpdateMessage()
        case .ipv6: UpdateMessage(unreach: MultiprotocolUnreach(prefixes: PrefixList(family: .ipv6)))
        }
    }

    /// The family whose End-of-RIB this is, or nil for an ordinary message.
    public var endOfRIB: AddressFamily? {
        guard withdrawn.isEmpty, announced.isEmpty, reach == nil, attributes == PathAttributes() else {
            return nil
        }
        guard let unreach else { return .ipv4 }
        return unreach.prefixes.isEmpty ? unreach.prefixes.family : nil
    }

    /// The whole message, header included; the sender sees to it that it fits what the peer takes.
    ///
    /// `octetsPerNumber` is 4, or 2 towards a speaker that knows no AS numbers of four octets.
    public func octets(octetsPerNumber: Int = 4) -> [UInt8] {
        var writer = ByteWriter(reserving: MessageHeader.standardLimit)
        writer.writeMessage(.update) { body in
            body.write(UInt16(truncatingIfNeeded: withdrawn.octets.count))
            body.write(withdrawn.octets)
            let lengthOffset = body.count
            body.write(UInt16(0))
            if let reach { body.writeAttribute(.multiprotocolReach) { reach.encode(into: &$0) } }
            if let unreach { body.writeAttribute(.multiprotocolUnreach) { unreach.encode(into: &$0) } }
            attributes.encode(into: &body, octetsPerNumber: octetsPerNumber)
            body.overwrite(
                at: lengthOffset, with: UInt16(truncatingIfNeeded: body.count - lengthOffset - 2))
            body.write(announced.octets)
        }
        return writer.bytes
    }
}
