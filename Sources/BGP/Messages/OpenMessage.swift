public import NetworkTypes

/// The first message of each side: who it is and what it can do (RFC 4271 section 4.2).
public struct OpenMessage: Hashable, Sendable {
    /// The two-octet field, 23456 for a number that does not fit; `asn` is the number meant.
    public var autonomousSystemField: UInt16
    /// What the sender offers.
    public var holdTime: HoldTime
    /// The sender.
    public var identifier: RouterID
    /// In the order of the message, repetitions and all.
    public var capabilities: [Capability]

    /// The only version there is.
    static let version: UInt8 = 4
    private static let capabilitiesParameter: UInt8 = 2
    private static let extendedLengthMark: UInt8 = 255

    /// An OPEN of `asn`, which always goes into capability 65 as well (RFC 6793 section 3).
    public init(asn: ASN, holdTime: HoldTime, identifier: RouterID, capabilities: [Capability]) {
        autonomousSystemField = UInt16(
            truncatingIfNeeded: (asn.fitsTwoOctets ? asn : .transition).number)
        self.holdTime = holdTime
        self.identifier = identifier
        self.capabilities = capabilities
        if fourOctetASN == nil { self.capabilities.append(.fourOctetASN(asn)) }
    }

    /// The number of capability 65, if it is there.
    var fourOctetASN: ASN? {
        for case .fourOctetASN(let asn) in capabilities { return asn }
        return nil
    }

    /// The sender's AS number.
    public var asn: ASN { fourOctetASN ?? ASN(UInt32(autonomousSystemField)) }
}

extension OpenMessage {
    /// Reads a body; throws 2/1, 2/2 (AS 0), 2/3, 2/4, 2/6, or 2/0 for what does not fit its length.
    public init(_ message: RawMessage) throws(NotificationMessage) {
        do {
            try self.init(body: message.body)
        } catch let error as NotificationMessage {
            throw error
        } catch {
            throw NotificationMessage(.openUnspecific)
        }
    }

    private init(body: ArraySlice<UInt8>) throws {
        var reader = ByteReader(body)
        guard try reader.uint8() == Self.version else {
            throw NotificationMessage(.unsupportedVersion, data: [0, Self.version])
        }
        autonomousSystemField = try reader.uint16()
        let seconds = try reader.uint16()
        guard let holdTime = HoldTime(seconds: seconds) else {
            throw NotificationMessage(
                .unacceptableHoldTime, data: [UInt8(seconds >> 8), UInt8(seconds & 0xFF)])
        }
        self.holdTime = holdTime
        guard let identifier = RouterID(try reader.uint32()) else {
            throw NotificationMessage(.badIdentifier)
        }
        self.identifier = identifier
        capabilities = try Self.parameters(from: &reader)
        // RFC 7607 section 2: nobody is AS 0.
        guard asn.number != 0, autonomousSystemField != 0 else {
            throw NotificationMessage(.badPeerAS, data: [0, 0])
        }
    }

    private static func parameters(from reader: inout ByteReader) throws -> [Capability] {
        let length = Int(try reader.uint8())
        // RFC 9072 section 2: the type octet of the first parameter tells the long form, whatever the length says.
        let isExtended = length != 0 && reader.unread.first == extendedLengthMark
        var parameters: ByteReader
        if isExtended {
            try reader.skip(1)
            parameters = try reader.reader(Int(try reader.uint16()))
        } else {
            parameters = try reader.reader(length)
        }
        guard reader.isAtEnd else { throw NotificationMessage(.openUnspecific) }
        var capabilities: [Capability] = []
        while !parameters.isAtEnd {
            let type = try parameters.uint8()
            let length = isExtended ? Int(try parameters.uint16()) : Int(try parameters.uint8())
            var value = try parameters.reader(length)
            guard type == capabilitiesParameter else { throw NotificationMessage(.unsupportedParameter) }
            while !value.isAtEnd { capabilities.append(try Capability(from: &value)) }
        }
        return capabilities
    }
}

extension OpenMessage {
    /// The whole message, header included: all capabilities in one parameter, in the long form when 255 octets do not
    /// hold them.
    ///
    /// Capabilities that would make the message longer than 4096 octets are left out.
    public var octets: [UInt8] {
        var offered = ByteWriter()
        for capability in capabilities {
            var one = ByteWriter()
            capability.encode(into: &one)
            if offered.count + one.count <= Self.roomForCapabilities { offered.write(one.bytes) }
        }
        var writer = ByteWriter(reserving: offered.count + 40)
        writer.writeMessage(.open) {
            $0.write(Self.version)
            $0.write(autonomousSystemField)
            $0.write(holdTime.seconds)
            $0.write(identifier.number)
            Self.encode(offered.bytes, into: &$0)
        }
        return writer.bytes
    }

    /// What a message of 4096 octets leaves: 29 go to the fixed part, 3 and 3 to the long form's lengths.
    private static let roomForCapabilities = MessageHeader.standardLimit - 35

    private static func encode(_ capabilities: [UInt8], into writer: inout ByteWriter) {
        guard !capabilities.isEmpty else { return writer.write(UInt8(0)) }
        let count = capabilities.count
        if count + 2 <= 255 - 1 {
            writer.write(UInt8(truncatingIfNeeded: count + 2))
            writer.write(capabilitiesParameter)
            writer.write(UInt8(truncatingIfNeeded: count))
        } else {
            writer.write(extendedLengthMark)
            writer.write(extendedLengthMark)
            writer.write(UInt16(truncatingIfNeeded: count + 3))
            writer.write(capabilitiesParameter)
            writer.write(UInt16(truncatingIfNeeded: count))
        }
        writer.write(capabilities)
    }
}
