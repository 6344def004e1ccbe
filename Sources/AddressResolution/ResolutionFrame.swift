public import NetworkTypes

/// A received frame that says something about who holds an address: ARP or neighbor discovery.
///
/// Decoded once, it is handed to the responder, the prober and whoever else listens on the interface.
public struct ResolutionFrame: Equatable, Sendable {
    /// The two protocols.
    public enum Content: Equatable, Sendable {
        case arp(ARPPacket)
        case neighbor(NeighborPacket)
    }

    /// Who sent the frame to whom.
    public let header: EthernetHeader
    /// What the frame says.
    public let content: Content

    /// Whose addresses it is about: IPv4 by ARP, IPv6 by neighbor discovery.
    public var family: AddressFamily {
        switch content {
        case .arp: .ipv4
        case .neighbor: .ipv6
        }
    }

    /// Trailing padding is tolerated; everything else that is malformed is refused.
    public init(decoding bytes: ArraySlice<UInt8>) throws(FrameError) {
        let frame = try EthernetFrame(decoding: bytes)
        header = frame.header
        switch header.etherType {
        case .arp: content = .arp(try Self.arpPacket(in: frame.payload))
        case .ipv6: content = .neighbor(try Self.neighborPacket(in: frame.payload))
        default: throw .otherProtocol(header.etherType)
        }
    }

    private static func arpPacket(in payload: ArraySlice<UInt8>) throws(FrameError) -> ARPPacket {
        do {
            return try ARPPacket(decoding: payload)
        } catch {
            throw .arp(error)
        }
    }

    private static func neighborPacket(in payload: ArraySlice<UInt8>) throws(FrameError) -> NeighborPacket {
        do {
            return try NeighborPacket(decoding: payload)
        } catch {
            throw .neighbor(error)
        }
    }
}

extension ResolutionFrame {
    /// Whose address the frame says is whose: every frame either uses one address or asks whether it is free.
    public func claim(at time: MonotonicTime) -> Claim {
        switch content {
        case .arp(let packet):
            let address = packet.isProbe ? packet.targetAddress : packet.senderAddress
            return Claim(
                address: address, hardwareAddress: packet.senderHardware, kind: packet.isProbe ? .probe : .use,
                time: time)
        case .neighbor(let packet):
            return claim(of: packet, at: time)
        }
    }

    private func claim(of packet: NeighborPacket, at time: MonotonicTime) -> Claim {
        switch packet.message {
        case .advertisement(let advertisement):
            let hardware = advertisement.options.targetLinkLayer ?? header.source
            return Claim(address: advertisement.target, hardwareAddress: hardware, kind: .use, time: time)
        case .solicitation(let solicitation):
            let hardware = solicitation.options.sourceLinkLayer ?? header.source
            let isProbe = packet.source.isUnspecified
            return Claim(
                address: isProbe ? solicitation.target : packet.source, hardwareAddress: hardware,
                kind: isProbe ? .probe : .use, time: time)
        }
    }
}
