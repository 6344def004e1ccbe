public import NetworkTypes

/// Why an IPv6 packet is not a neighbor solicitation or advertisement to act upon (RFC 4861 sections 7.1.1, 7.1.2).
public enum NeighborError: Error, Equatable, CustomStringConvertible {
    case truncated(ByteReader.Truncated)
    /// Must be 6.
    case version(UInt8)
    /// The header says another protocol, or an extension header, follows.
    case notICMPv6(nextHeader: UInt8)
    /// An ICMPv6 type other than 135 and 136.
    case otherType(UInt8)
    /// Must be 255: a smaller one may have crossed a router.
    case hopLimit(UInt8)
    case checksum
    /// Must be 0.
    case code(UInt8)
    case multicastSource(IPAddress)
    case multicastTarget(IPAddress)
    case zeroLengthOption(type: UInt8)
    /// An Ethernet address makes an option of 1 unit of 8 octets.
    case linkLayerOptionLength(UInt8)
    /// No station can be reached at a group address or at 00:00:00:00:00:00.
    case impossibleLinkLayerAddress(MACAddress)
    /// A solicitation from :: must go to a solicited-node group.
    case unspecifiedSource(to: IPAddress)
    /// A solicitation from :: must not carry a source link-layer address.
    case unspecifiedSourceWithLinkLayerAddress
    /// An advertisement to a group must not say that it was solicited.
    case solicitedToGroup(IPAddress)

    /// What is wrong and what it must be.
    public var description: String {
        switch self {
        case .truncated(let error): "\(error)"
        case .version(let value): "IP version \(value) is not 6"
        case .notICMPv6(let header): "next header \(header) is not ICMPv6 (58)"
        case .otherType(let type): "ICMPv6 type \(type) is neither solicitation (135) nor advertisement (136)"
        case .hopLimit(let value): "hop limit \(value) is not 255"
        case .checksum: "checksum is wrong"
        case .code(let value): "code \(value) is not 0"
        case .multicastSource(let address): "source \(address) is a group"
        case .multicastTarget(let address): "target \(address) is a group"
        case .zeroLengthOption(let type): "option \(type) has length 0"
        case .linkLayerOptionLength(let length): "link-layer address option has length \(length), not 1"
        case .impossibleLinkLayerAddress(let address): "link-layer address \(address) cannot belong to one station"
        case .unspecifiedSource(let destination): "source :: needs a solicited-node group, not \(destination)"
        case .unspecifiedSourceWithLinkLayerAddress: "source :: cannot have a link-layer address"
        case .solicitedToGroup(let destination): "advertisement to \(destination) says it was solicited"
        }
    }
}
