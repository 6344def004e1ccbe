public import NetworkTypes

/// An ARP request or reply for IPv4 over Ethernet (RFC 826).
public struct ARPPacket: Equatable, Sendable {
    /// The values are those on the wire.
    public enum Operation: UInt16, Sendable {
        case request = 1
        case reply = 2
    }

    /// Octets of an encoded packet.
    public static let length = 28

    /// Whether the packet asks or tells.
    public let operation: Operation
    /// One station's address when decoded.
    public let senderHardware: MACAddress
    /// IPv4; unspecified in a probe.
    public let senderAddress: IPAddress
    /// Means nothing in a request.
    public let targetHardware: MACAddress
    /// IPv4.
    public let targetAddress: IPAddress

    /// Nil unless both addresses are IPv4.
    public init?(
        _ operation: Operation, senderHardware: MACAddress, senderAddress: IPAddress,
        targetHardware: MACAddress, targetAddress: IPAddress
    ) {
        guard senderAddress.family == .ipv4, targetAddress.family == .ipv4 else { return nil }
        self.operation = operation
        self.senderHardware = senderHardware
        self.senderAddress = senderAddress
        self.targetHardware = targetHardware
        self.targetAddress = targetAddress
    }

    /// Whether the sender only asks if the address is free, claiming none (RFC 5227 section 1.1).
    public var isProbe: Bool { operation == .request && senderAddress.isUnspecified }
}

extension ARPPacket {
    /// Octets behind the packet are padding and are ignored.
    public init(decoding payload: ArraySlice<UInt8>) throws(ARPError) {
        var reader = ByteReader(payload)
        let fields: Fields
        do {
            fields = try Fields(from: &reader)
        } catch {
            throw .truncated(error)
        }
        try fields.validate()
        guard let operation = Operation(rawValue: fields.operation) else { throw .operation(fields.operation) }
        guard !fields.senderHardware.isGroup, fields.senderHardware != .zero else {
            throw .impossibleSender(fields.senderHardware)
        }
        self.operation = operation
        senderHardware = fields.senderHardware
        senderAddress = fields.senderAddress
        targetHardware = fields.targetHardware
        targetAddress = fields.targetAddress
    }

    /// The octets of the packet in field order.
    public func encode(into writer: inout ByteWriter) {
        writer.write(Self.ethernet)
        writer.write(Self.ipv4)
        writer.write(Self.hardwareLength)
        writer.write(Self.protocolLength)
        writer.write(operation.rawValue)
        writer.write(senderHardware)
        writer.write(senderAddress)
        writer.write(targetHardware)
        writer.write(targetAddress)
    }

    private static let ethernet: UInt16 = 1
    private static let ipv4: UInt16 = 0x0800
    private static let hardwareLength: UInt8 = 6
    private static let protocolLength: UInt8 = 4

    /// The packet as it stands on the wire, before anything is checked.
    private struct Fields {
        let hardwareType: UInt16
        let protocolType: UInt16
        let hardwareLength: UInt8
        let protocolLength: UInt8
        let operation: UInt16
        let senderHardware: MACAddress
        let senderAddress: IPAddress
        let targetHardware: MACAddress
        let targetAddress: IPAddress

        init(from reader: inout ByteReader) throws(ByteReader.Truncated) {
            hardwareType = try reader.uint16()
            protocolType = try reader.uint16()
            hardwareLength = try reader.uint8()
            protocolLength = try reader.uint8()
            operation = try reader.uint16()
            senderHardware = try reader.macAddress()
            senderAddress = try reader.ipv4Address()
            targetHardware = try reader.macAddress()
            targetAddress = try reader.ipv4Address()
        }

        func validate() throws(ARPError) {
            guard hardwareType == ARPPacket.ethernet else { throw .hardwareType(hardwareType) }
            guard protocolType == ARPPacket.ipv4 else { throw .protocolType(protocolType) }
            guard hardwareLength == ARPPacket.hardwareLength else { throw .hardwareLength(hardwareLength) }
            guard protocolLength == ARPPacket.protocolLength else { throw .protocolLength(protocolLength) }
        }
    }
}
