public import NetworkTypes

// The forms that Herald sends. Each is nil when given an IPv6 address.
extension ARPPacket {
    /// A gratuitous request: sender and target are the address announced (RFC 5227 section 3, "ARP Announcement").
    ///
    /// Moves Linux, Windows and BSD entries whatever their age.
    public static func gratuitousRequest(for address: IPAddress, at hardware: MACAddress) -> ARPPacket? {
        ARPPacket(
            .request, senderHardware: hardware, senderAddress: address, targetHardware: .zero, targetAddress: address)
    }

    /// A gratuitous reply, for devices that ignore requests.
    ///
    /// The target hardware address is the sender's: with zeros or ones there, Linux ignores the reply while its entry
    /// is less than a second old.
    public static func gratuitousReply(for address: IPAddress, at hardware: MACAddress) -> ARPPacket? {
        ARPPacket(
            .reply, senderHardware: hardware, senderAddress: address, targetHardware: hardware, targetAddress: address)
    }

    /// Asks whether an address is free without claiming it (RFC 5227 section 2.1.1).
    public static func probe(for address: IPAddress, from hardware: MACAddress) -> ARPPacket? {
        ARPPacket(
            .request, senderHardware: hardware, senderAddress: IPAddress(ipv4: 0), targetHardware: .zero,
            targetAddress: address)
    }

    /// Asks who holds `address`, as `sender`.
    public static func request(
        for address: IPAddress, from sender: IPAddress, at hardware: MACAddress
    ) -> ARPPacket? {
        ARPPacket(
            .request, senderHardware: hardware, senderAddress: sender, targetHardware: .zero, targetAddress: address)
    }

    /// Tells whoever sent this packet that the address it asked for is at `hardware`.
    ///
    /// The answer to a probe has the unspecified address as its target, as the probe had as its sender.
    public func reply(from hardware: MACAddress) -> ARPPacket {
        ARPPacket(
            replyFrom: hardware, address: targetAddress, toHardware: senderHardware, toAddress: senderAddress)
    }

    private init(replyFrom hardware: MACAddress, address: IPAddress, toHardware: MACAddress, toAddress: IPAddress) {
        operation = .reply
        senderHardware = hardware
        senderAddress = address
        targetHardware = toHardware
        targetAddress = toAddress
    }

    /// The packet in a frame whose source is the packet's sender, so that switches and hosts learn the same address.
    public func frame(to destination: MACAddress) -> [UInt8] {
        let header = EthernetHeader(destination: destination, source: senderHardware, etherType: .arp)
        return EthernetFrame.encode(header, reserving: Self.length) { encode(into: &$0) }
    }
}
