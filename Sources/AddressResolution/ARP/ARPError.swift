public import NetworkTypes

/// What is wrong with an ARP packet, with the value found.
public enum ARPError: Error, Equatable, CustomStringConvertible {
    case truncated(ByteReader.Truncated)
    /// Must be 1, Ethernet.
    case hardwareType(UInt16)
    /// Must be 0x0800, IPv4.
    case protocolType(UInt16)
    /// Must be 6.
    case hardwareLength(UInt8)
    /// Must be 4.
    case protocolLength(UInt8)
    /// Must be 1, request, or 2, reply.
    case operation(UInt16)
    /// No station can be reached at a group address or at 00:00:00:00:00:00.
    case impossibleSender(MACAddress)

    /// What is wrong and what it must be.
    public var description: String {
        switch self {
        case .truncated(let error): "\(error)"
        case .hardwareType(let value): "hardware type \(value) is not Ethernet (1)"
        case .protocolType(let value): "protocol type 0x\(String(value, radix: 16)) is not IPv4 (0x800)"
        case .hardwareLength(let value): "hardware address length \(value) is not 6"
        case .protocolLength(let value): "protocol address length \(value) is not 4"
        case .operation(let value): "operation \(value) is neither request (1) nor reply (2)"
        case .impossibleSender(let address): "sender hardware address \(address) cannot belong to one station"
        }
    }
}
