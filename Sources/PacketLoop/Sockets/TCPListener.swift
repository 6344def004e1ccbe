internal import CLinux
internal import Glibc
public import NetworkTypes

/// Takes in TCP connections; never blocks.
///
/// Watch `descriptor` for reading. To be used on one thread, such as that of the loop which watches it.
public final class TCPListener {
    /// For a `PacketLoop` to watch.
    public let descriptor: Descriptor
    private let family: AddressFamily
    private let unsentLimit: Int

    /// Listens; `backlog` is how many connections may wait to be accepted, the options hold for each of them.
    public init(bind address: SocketAddress, options: TCPOptions = TCPOptions(), backlog: Int = 128) throws(SystemError)
    {
        family = address.address.family
        unsentLimit = options.unsentLimit
        descriptor = try .socket(family.number, SOCK_STREAM)
        try descriptor.apply(options, family)
        try descriptor.enable(.reuseAddress)
        try descriptor.enable(.saveFirstSegment)
        try descriptor.bind(to: address)
        try check(listen(descriptor.number, Int32(clamping: backlog)), "listen", on: "\(address)")
    }

    /// Where the socket is bound, with the port that the system chose.
    public func localAddress() throws(SystemError) -> SocketAddress {
        try descriptor.localAddress() ?? .any(family)
    }

    /// From now on peers in the block connect only with this key; nil takes it back. Connections keep what they have.
    public func setKey(_ key: TCPMD5Key?, for block: CIDR) throws(SystemError) {
        try descriptor.setMD5Key(key, for: block)
    }

    /// From now on segments that arrive with a lower hop limit are dropped unseen; nil takes that back.
    public func setMinimumHopLimit(_ minimum: UInt8?) throws(SystemError) {
        try descriptor.set(.minimumHopLimit(family), to: Int32(minimum ?? 0))
    }

    /// Connections that wait, up to `limit`.
    ///
    /// One that its peer has given up by now is left out. When the error `isOutOfDescriptors` the connection still
    /// waits and the descriptor stays readable: stop watching for a while.
    public func accept(upTo limit: Int = 16) throws(SystemError) -> [TCPStream] {
        var streams: [TCPStream] = []
        for _ in 0..<max(limit, 1) {
            do {
                guard let stream = try acceptOne() else { break }
                streams.append(stream)
            } catch {
                if error.isOutOfDescriptors, !streams.isEmpty { break }
                guard Self.concernsOneConnection(error) else { throw error }
            }
        }
        return streams
    }

    /// Closes the socket, after its watch was cancelled.
    public func close() {
        descriptor.close()
    }

    private func acceptOne() throws(SystemError) -> TCPStream? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let result = uninterrupted {
            unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe herald_accept4(descriptor.number, $0, &length, flags)
                }
            }
        }
        if result == -1, errno == EAGAIN { return nil }
        let accepted = Descriptor(owning: try check(result, "accept4"))
        return TCPStream(accepted, to: SocketAddress(storage) ?? .any(family), unsentLimit: unsentLimit)
    }

    /// Linux also reports pending network errors of the new connection here; they say nothing about the listener.
    private static func concernsOneConnection(_ error: SystemError) -> Bool {
        error.isConnectionLost || error.isUnreachable || error.isTimedOut
            || [EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EPERM].contains(error.code)
    }
}
