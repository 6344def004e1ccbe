import CNetlink
import Glibc

/// One libnl socket, closed and freed with its owner.
@safe struct NetlinkSocket: ~Copyable {
    /// What came of looking for a datagram.
    enum Reception: Equatable {
        /// So many octets are in the buffer.
        case datagram(Int)
        /// Nothing is there yet.
        case nothing
        /// Messages were lost, for want of room.
        case overrun
    }

    /// Holds any message the kernel sends, and lets a dump come in parts of 32 KiB.
    static let datagramLimit = 65536

    private let socket: OpaquePointer
    /// Non-blocking.
    let fileDescriptor: Int32

    /// A socket for rtnetlink in the network namespace of the calling thread.
    init(receiveBuffer: Int) throws(NetlinkError) {
        let socket = unsafe try Self.open(receiveBuffer)
        unsafe self.socket = socket
        fileDescriptor = unsafe nl_socket_get_fd(socket)
    }

    private static func open(_ receiveBuffer: Int) throws(NetlinkError) -> OpaquePointer {
        guard let socket = unsafe nl_socket_alloc() else {
            throw NetlinkError("opening a netlink socket", errorNumber: ENOMEM)
        }
        do {
            unsafe try configure(socket, receiveBuffer)
        } catch {
            unsafe nl_socket_free(socket)
            throw error
        }
        return unsafe socket
    }

    private static func configure(_ socket: OpaquePointer, _ receiveBuffer: Int) throws(NetlinkError) {
        guard unsafe nl_connect(socket, NETLINK_ROUTE) == 0, unsafe nl_socket_set_nonblocking(socket) == 0 else {
            throw NetlinkError("opening a netlink socket", errorNumber: errno)
        }
        let descriptor = unsafe nl_socket_get_fd(socket)
        let size = Int32(clamping: receiveBuffer)
        try check("sizing a netlink socket's buffer", herald_set_receive_buffer(descriptor, size))
        // Older kernels lack these; errors then come without words and with the request behind them.
        _ = herald_netlink_enable(descriptor, NETLINK_EXT_ACK)
        _ = herald_netlink_enable(descriptor, NETLINK_CAP_ACK)
    }

    deinit { unsafe nl_socket_free(socket) }

    /// Subscribes to the notices of a group.
    borrowing func join(group: Int32) throws(NetlinkError) {
        guard unsafe nl_socket_add_membership(socket, group) == 0 else {
            throw NetlinkError("subscribing to netlink group \(group)", errorNumber: errno)
        }
    }

    /// Has the kernel choose what arrives.
    borrowing func attach(_ program: [sock_filter]) throws(NetlinkError) {
        var program = program
        let count = UInt16(clamping: program.count)
        let result = unsafe program.withUnsafeMutableBufferPointer {
            unsafe herald_attach_filter(fileDescriptor, $0.baseAddress, count)
        }
        try Self.check("filtering a netlink socket", result)
    }

    /// Sends one datagram of messages to the kernel, which has worked on all of them when this returns.
    borrowing func send(_ bytes: [UInt8], request: String) throws(NetlinkError) {
        let result = unsafe bytes.withUnsafeBytes {
            unsafe herald_netlink_send(socket, $0.baseAddress, UInt($0.count))
        }
        try Self.check(request, result)
    }

    /// Takes the next datagram of the kernel; datagrams of other processes are dropped.
    borrowing func receive(into buffer: inout [UInt8]) throws(NetlinkError) -> Reception {
        while true {
            var sender: UInt32 = 0
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe herald_netlink_receive(fileDescriptor, $0.baseAddress, UInt($0.count), &sender)
            }
            switch Int32(clamping: -count) {
            case EAGAIN: return .nothing
            case ENOBUFS: return .overrun
            case let number where number > 0:
                throw NetlinkError("receiving from the kernel by netlink", errorNumber: number)
            default:
                guard sender == 0 else { continue }
                return count > buffer.count ? .overrun : .datagram(count)
            }
        }
    }

    /// Waits until there is something to receive; false when `limit` passed first.
    borrowing func wait(atMost limit: Duration) -> Bool {
        var entry = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
        let (seconds, attoseconds) = limit.components
        let milliseconds = seconds.multipliedReportingOverflow(by: 1000)
        let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        let timeout =
            milliseconds.overflow
            ? Int32.max : Int32(clamping: max(milliseconds.partialValue + fraction, 0))
        return unsafe poll(&entry, 1, timeout) != 0
    }

    private static func check(_ request: String, _ result: Int32) throws(NetlinkError) {
        guard result == 0 else { throw NetlinkError(request, errorNumber: -result) }
    }
}
