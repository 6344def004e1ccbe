public import NetworkTypes

/// This node on one Ethernet segment: one interface, and how it speaks there.
public struct Station: Hashable, Sendable {
    /// The interface's own address, from which every frame is sent.
    public var hardwareAddress: MACAddress
    /// This node's other interfaces, which may be on the same segment; what they say is no conflict.
    public var siblings: Set<MACAddress>
    /// The interface's link-local IPv6 address as the source of announcements; nil sends from the address announced.
    public var advertisementSource: IPAddress?
    /// Whether the node forwards IPv6 packets (the R flag).
    public var isRouter: Bool

    /// By default: one interface of a node that does not forward, announcing from the address announced.
    public init(
        hardwareAddress: MACAddress, siblings: Set<MACAddress> = [], advertisementSource: IPAddress? = nil,
        isRouter: Bool = false
    ) {
        self.hardwareAddress = hardwareAddress
        self.siblings = siblings
        self.advertisementSource = advertisementSource
        self.isRouter = isRouter
    }

    /// Whether `address` is one of this node's.
    public func isOurs(_ address: MACAddress) -> Bool {
        address == hardwareAddress || siblings.contains(address)
    }

    /// Whether this node sent the frame, which a loop or a hub then brought back.
    func sent(_ frame: ResolutionFrame) -> Bool {
        isOurs(frame.header.source) || isOurs(frame.claim(at: .zero).hardwareAddress)
    }
}

// MARK: - Frames

extension Station {
    /// What one announcement of an address puts on the wire, in order.
    ///
    /// IPv4: a gratuitous request and a gratuitous reply, as some devices take only the one or the other. IPv6: an
    /// unsolicited advertisement. Nothing for an IPv6 group.
    public func announcementFrames(for address: IPAddress) -> [[UInt8]] {
        switch address.family {
        case .ipv4:
            [
                ARPPacket.gratuitousRequest(for: address, at: hardwareAddress),
                ARPPacket.gratuitousReply(for: address, at: hardwareAddress),
            ].compactMap { $0?.frame(to: .broadcast) }
        case .ipv6:
            [
                NeighborPacket.announcement(
                    of: address, at: hardwareAddress, from: advertisementSource, isRouter: isRouter)
            ].compactMap { $0?.frame(from: hardwareAddress) }
        }
    }

    /// Asks whether an address is free. Nil for an IPv6 group.
    public func probeFrame(for address: IPAddress, nonce: [UInt8]) -> [UInt8]? {
        switch address.family {
        case .ipv4: ARPPacket.probe(for: address, from: hardwareAddress)?.frame(to: .broadcast)
        case .ipv6: NeighborPacket.probe(for: address, nonce: nonce)?.frame(from: hardwareAddress)
        }
    }
}
