internal import CLinux
internal import Glibc

/// A UDP datagram as it arrived.
public struct Datagram: Hashable, Sendable {
    /// Complete: one that was cut is never delivered.
    public var payload: [UInt8]
    /// The sender, with the interface as scope where the address is link-local.
    public var source: SocketAddress
    /// The interface it came in by.
    public var interfaceIndex: UInt32?
    /// The hop limit (TTL) left on arrival.
    public var hopLimit: UInt8?

    init(payload: [UInt8], source: SocketAddress) {
        self.payload = payload
        self.source = source
    }

    /// Takes in what the kernel says beside the payload.
    mutating func note(level: Int32, type: Int32, data: UnsafeRawBufferPointer) {
        switch (level, type) {
        case (Int32(IPPROTO_IP), IP_TTL), (Int32(IPPROTO_IPV6), IPV6_HOPLIMIT):
            hopLimit = unsafe data.first(as: Int32.self).map { UInt8(clamping: $0) }
        case (Int32(IPPROTO_IP), IP_PKTINFO):
            guard let info = unsafe data.first(as: in_pktinfo.self) else { return }
            interfaceIndex = UInt32(bitPattern: info.ipi_ifindex)
        case (Int32(IPPROTO_IPV6), IPV6_PKTINFO):
            // struct in6_pktinfo: the address, then the index.
            interfaceIndex = unsafe UnsafeRawBufferPointer(rebasing: data.dropFirst(16)).first(as: UInt32.self)
        default: break
        }
    }
}
