public import NetworkTypes

// The forms that Herald sends. Each is nil when given an IPv4 address or a group.
extension NeighborPacket {
    /// Tells every node, unasked, that `address` is at `hardware` (RFC 4861 section 7.2.6).
    ///
    /// The Override flag is set: without it, Linux keeps the address that it remembers. Routers may make an entry of
    /// it (RFC 9131).
    ///
    /// - Parameter source: the interface's link-local address; nil sends from `address` itself.
    public static func announcement(
        of address: IPAddress, at hardware: MACAddress, from source: IPAddress? = nil, isRouter: Bool = false
    ) -> NeighborPacket? {
        advertisement(
            of: address, at: hardware, from: source ?? address, to: .allNodes, isSolicited: false, isRouter: isRouter)
    }

    /// Answers a solicitation that has a source address: S=1, O=1, to the asker (RFC 4861 section 7.2.4).
    public static func answer(
        for address: IPAddress, at hardware: MACAddress, to asker: IPAddress, isRouter: Bool = false
    ) -> NeighborPacket? {
        advertisement(of: address, at: hardware, from: address, to: asker, isSolicited: true, isRouter: isRouter)
    }

    /// Answers a solicitation from ::, which probes the address: S=0, O=1, to every node (RFC 4861 section 7.2.4).
    public static func answerToProbe(
        for address: IPAddress, at hardware: MACAddress, isRouter: Bool = false
    ) -> NeighborPacket? {
        advertisement(of: address, at: hardware, from: address, to: .allNodes, isSolicited: false, isRouter: isRouter)
    }

    /// Asks whether an address is free without claiming it (RFC 4862 section 5.4.2).
    ///
    /// - Parameter nonce: 6 octets by which a looped probe of our own is known again (RFC 7527).
    public static func probe(for address: IPAddress, nonce: [UInt8]? = nil) -> NeighborPacket? {
        guard let group = address.solicitedNodeGroup,
            let solicitation = NeighborSolicitation(target: address, options: NeighborOptions(nonce: nonce))
        else { return nil }
        return NeighborPacket(source: IPAddress(ipv6: 0), destination: group, message: .solicitation(solicitation))
    }

    /// Asks where `address` is, as `source` at `hardware` (RFC 4861 section 7.2.2).
    public static func solicitation(
        for address: IPAddress, from source: IPAddress, at hardware: MACAddress
    ) -> NeighborPacket? {
        let options = NeighborOptions(sourceLinkLayer: hardware)
        guard let group = address.solicitedNodeGroup,
            let solicitation = NeighborSolicitation(target: address, options: options)
        else { return nil }
        return NeighborPacket(source: source, destination: group, message: .solicitation(solicitation))
    }

    private static func advertisement(
        of address: IPAddress, at hardware: MACAddress, from source: IPAddress, to destination: IPAddress,
        isSolicited: Bool, isRouter: Bool
    ) -> NeighborPacket? {
        let advertisement = NeighborAdvertisement(
            target: address, isRouter: isRouter, isSolicited: isSolicited, isOverride: true,
            options: NeighborOptions(targetLinkLayer: hardware))
        guard let advertisement else { return nil }
        return NeighborPacket(source: source, destination: destination, message: .advertisement(advertisement))
    }

    /// The packet in a frame from `source`.
    ///
    /// - Parameter station: where to send a packet whose destination is one node; a group has its own address.
    public func frame(from source: MACAddress, to station: MACAddress = .broadcast) -> [UInt8] {
        let header = EthernetHeader(
            destination: MACAddress(group: destination) ?? station, source: source, etherType: .ipv6)
        return EthernetFrame.encode(header, reserving: IPv6Header.length + 32) { encode(into: &$0) }
    }
}
