internal import CLinux
internal import Glibc
public import NetworkTypes

/// A UDP socket of one family, which never blocks.
///
/// To be used on one thread, such as that of the loop which watches `descriptor`.
public final class UDPSocket {
    /// How a socket is set up; what is nil is left to the system.
    public struct Options: Sendable {
        /// Takes part in the traffic of this interface alone.
        public var device: String?
        /// Hop limit (TTL) of what is sent, 1 to 255.
        public var hopLimit: UInt8?
        /// Queueing class of what is sent.
        public var dscp: DSCP?
        /// Octets of the kernel's receive buffer, beyond `net.core.rmem_max` where that is permitted.
        public var receiveBuffer: Int?
        /// The longest datagram that is received; longer ones are dropped.
        public var maximumLength = 2048
        /// How many datagrams one call receives at most.
        public var batch = 32

        /// Everything left to the system.
        public init() {}
    }

    /// For a `PacketLoop` to watch.
    public let descriptor: Descriptor
    /// Datagrams that were longer than `Options.maximumLength`.
    public private(set) var droppedTooLong = 0
    private let family: AddressFamily
    private let batch: ReceiveBatch

    /// Opens and binds a socket; port 0 lets the system choose one.
    public init(bind address: SocketAddress, options: Options = Options()) throws(SystemError) {
        family = address.address.family
        descriptor = try .socket(family.number, SOCK_DGRAM)
        batch = ReceiveBatch(capacity: options.batch, maximumLength: options.maximumLength)
        if family == .ipv6 { try descriptor.enable(.ipv6Only) }
        try descriptor.enable(.reportHopLimit(family))
        try descriptor.enable(.reportInterface(family))
        if let hopLimit = options.hopLimit { try descriptor.set(.hopLimit(family), to: Int32(hopLimit)) }
        if let dscp = options.dscp { try descriptor.set(.trafficClass(family), to: dscp.trafficClass) }
        if let size = options.receiveBuffer { try descriptor.setReceiveBuffer(size) }
        if let device = options.device { try descriptor.bind(toDevice: device) }
        try descriptor.bind(to: address)
    }

    /// Where the socket is bound, with the port that the system chose.
    public func localAddress() throws(SystemError) -> SocketAddress {
        try descriptor.localAddress() ?? .any(family)
    }

    /// From now on only what passes the filter is received; it takes the place of the one before.
    public func setFilter(_ filter: DatagramFilter) throws(SystemError) {
        try descriptor.attach(filter)
    }

    /// What has arrived, in order, up to `Options.batch` datagrams; empty when there is nothing.
    public func receive() throws(SystemError) -> [Datagram] {
        let count = try batch.receive(from: descriptor)
        var datagrams: [Datagram] = []
        datagrams.reserveCapacity(count)
        for index in 0..<count {
            guard !batch.isTruncated(index) else {
                droppedTooLong += 1
                continue
            }
            guard let source = SocketAddress(batch.name(index)) else { continue }
            var datagram = Datagram(payload: batch.octets(index), source: source)
            unsafe batch.forEachControl(index) { unsafe datagram.note(level: $0, type: $1, data: $2) }
            datagrams.append(datagram)
        }
        return datagrams
    }

    /// Sends one datagram; false when the system's buffers are full and it was dropped.
    @discardableResult
    public func send(_ payload: [UInt8], to destination: SocketAddress) throws(SystemError) -> Bool {
        let result = uninterrupted {
            unsafe destination.withKernelAddress { address, length in
                unsafe sendto(
                    descriptor.number, payload, payload.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), address,
                    length)
            }
        }
        if result == -1, errno == EAGAIN || errno == ENOBUFS { return false }
        try check(result, "sendto", on: "\(destination)")
        return true
    }

    /// Closes the socket, after its watch was cancelled.
    public func close() {
        descriptor.close()
    }
}

extension SocketAddress {
    /// The address of this host that packets to this one leave with by its routes; nil when none lead there.
    ///
    /// Nothing is sent.
    public var sourceTowards: IPAddress? {
        guard let descriptor = try? Descriptor.socket(address.family.number, SOCK_DGRAM) else { return nil }
        defer { descriptor.close() }
        let result = unsafe withKernelAddress { unsafe connect(descriptor.number, $0, $1) }
        guard result == 0 else { return nil }
        return (try? descriptor.localAddress())?.address
    }
}
