public import NetworkTypes

/// Why a received frame is of no use for resolving addresses.
public enum FrameError: Error, Equatable, CustomStringConvertible {
    /// The frame ends before its Ethernet header does.
    case truncated(ByteReader.Truncated)
    case vlanTagged(EtherType)
    /// A frame cannot come from a group address or from 00:00:00:00:00:00.
    case impossibleSource(MACAddress)
    /// Neither ARP nor IPv6.
    case otherProtocol(EtherType)
    case arp(ARPError)
    case neighbor(NeighborError)

    /// What is wrong, with the value found.
    public var description: String {
        switch self {
        case .truncated(let error): "Ethernet header \(error)"
        case .vlanTagged(let type): "VLAN tag 0x\(String(type.rawValue, radix: 16)): read it from the VLAN's interface"
        case .impossibleSource(let address): "source address \(address) cannot belong to one station"
        case .otherProtocol(let type): "EtherType 0x\(String(type.rawValue, radix: 16)) is neither ARP nor IPv6"
        case .arp(let error): "ARP: \(error)"
        case .neighbor(let error): "neighbor discovery: \(error)"
        }
    }
}
