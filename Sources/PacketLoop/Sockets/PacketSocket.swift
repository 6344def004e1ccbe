internal import CLinux
internal import Glibc
public import NetworkTypes

/// Ethernet frames of one type, in and out of one interface (`AF_PACKET`); needs `CAP_NET_RAW`.
///
/// What this host sends itself is not received, nor frames for other hosts or of another VLAN. When the interface goes
/// down, the next `receive` throws; it works again when the interface is back up. One that was removed stays gone. To be
/// used on one thread, such as that of the loop which watches `descriptor`.
public final class PacketSocket {
    /// For a `PacketLoop` to watch.
    public let descriptor: Descriptor
    /// The interface that was bound to.
    public let interfaceIndex: UInt32
    /// Frames that were longer than the room for them.
    public private(set) var droppedTooLong = 0
    private let batch: ReceiveBatch

    /// Opens a socket for frames of one type that pass the filter, on the interface with that index.
    ///
    /// `maximumLength` is that of a whole frame, `batch` how many frames one call receives at most. Closing waits until no
    /// processor looks at the socket any more (an RCU grace period, tens of milliseconds): `closer` is a loop that may.
    public init(
        interface index: UInt32, etherType: EtherType, filter: PacketFilter? = nil, maximumLength: Int = 2048,
        batch: Int = 32, closedOn closer: PacketLoop? = nil
    ) throws(SystemError) {
        interfaceIndex = index
        self.batch = ReceiveBatch(capacity: batch, maximumLength: maximumLength)
        // Protocol 0 receives nothing, so that no frame slips in before the filter and the bind.
        descriptor = try .socket(AF_PACKET, SOCK_RAW, closedOn: closer)
        try descriptor.enable(.ignoreOutgoing)
        try descriptor.enable(.auxiliaryData)
        if let filter { try descriptor.attach(filter) }
        try bind(to: etherType)
    }

    /// Whether the interface that was bound to has been there all the time, be it down.
    ///
    /// One that was removed and came back is another one to the kernel, even with the same index: nothing is received
    /// from it any more, and nothing sent.
    public var isBound: Bool {
        var address = sockaddr_ll()
        var length = socklen_t(MemoryLayout<sockaddr_ll>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor.number, $0, &length)
            }
        }
        return result == 0 && address.sll_ifindex == Int32(bitPattern: interfaceIndex)
    }

    /// Whole frames, from the destination address on, in order of arrival; empty when there are none.
    public func receive() throws(SystemError) -> [[UInt8]] {
        let count = try batch.receive(from: descriptor)
        var frames: [[UInt8]] = []
        frames.reserveCapacity(count)
        for index in 0..<count where isOurs(index) {
            if batch.isTruncated(index) {
                droppedTooLong += 1
            } else {
                frames.append(batch.octets(index))
            }
        }
        return frames
    }

    /// Sends a whole frame; false when the interface's queue is full and it was dropped.
    @discardableResult
    public func send(_ frame: [UInt8]) throws(SystemError) -> Bool {
        let result = uninterrupted {
            unsafe Glibc.send(descriptor.number, frame, frame.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        }
        if result == -1, errno == EAGAIN || errno == ENOBUFS { return false }
        try check(result, "send", on: "interface \(interfaceIndex)")
        return true
    }

    /// Has the interface take in frames of every multicast group.
    ///
    /// A way out where `MulticastMembership` cannot join, which costs the host all multicast of the segment, and gets
    /// nothing past a switch that watches who listens (MLD snooping).
    public func acceptAllMulticast() throws(SystemError) {
        var membership = packet_mreq()
        membership.mr_ifindex = Int32(bitPattern: interfaceIndex)
        membership.mr_type = UInt16(PACKET_MR_ALLMULTI)
        try descriptor.set(.packetMembership, to: membership, for: "interface \(interfaceIndex)")
    }

    /// Closes the socket, after its watch was cancelled.
    public func close() {
        descriptor.close()
    }

    private func bind(to etherType: EtherType) throws(SystemError) {
        var address = sockaddr_ll()
        address.sll_family = UInt16(AF_PACKET)
        address.sll_protocol = etherType.rawValue.bigEndian
        address.sll_ifindex = Int32(bitPattern: interfaceIndex)
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_ll>.size))
            }
        }
        try check(result, "bind", on: "interface \(interfaceIndex)")
    }

    private func isOurs(_ index: Int) -> Bool {
        let address = unsafe withUnsafeBytes(of: batch.name(index)) { unsafe $0.first(as: sockaddr_ll.self) }
        guard address?.sll_pkttype != UInt8(PACKET_OTHERHOST) else { return false }
        var isTagged = false
        unsafe batch.forEachControl(index) { level, type, data in
            guard level == SOL_PACKET, type == PACKET_AUXDATA else { return }
            guard let auxiliary = unsafe data.first(as: tpacket_auxdata.self) else { return }
            // A tag with VLAN 0 is a priority alone (IEEE 802.1Q section 9.6).
            let hasTag = auxiliary.tp_status & UInt32(TP_STATUS_VLAN_VALID) != 0
            isTagged = hasTag && auxiliary.tp_vlan_tci & 0x0FFF != 0
        }
        return !isTagged
    }
}
