internal import CLinux
internal import Glibc
internal import NetworkTypes

/// One TCP connection, which never blocks.
///
/// Watch `descriptor` for reading, and for writing while it is being connected or `unsentCount` is above 0. To be used
/// on one thread, such as that of the loop which watches it.
public final class TCPStream {
    /// What a read brought.
    public enum Input: Hashable, Sendable {
        case octets([UInt8])
        /// Nothing has arrived yet.
        case nothing
        /// The peer sends no more; it may still receive.
        case end
    }

    /// For a `PacketLoop` to watch.
    public let descriptor: Descriptor
    /// The peer.
    public let remoteAddress: SocketAddress
    private var queue: SendQueue

    init(_ descriptor: Descriptor, to remote: SocketAddress, unsentLimit: Int) {
        self.descriptor = descriptor
        remoteAddress = remote
        queue = SendQueue(limit: unsentLimit)
    }

    /// Begins to connect; once the descriptor is writable, `finishConnecting` says how that went.
    ///
    /// `source` is the local address to use, its port 0 for any. With a `key`, segments without its signature are
    /// dropped, so that a peer with another key, or none, shows as silence.
    public static func connect(
        to remote: SocketAddress, from source: SocketAddress? = nil, key: TCPMD5Key? = nil,
        options: TCPOptions = TCPOptions()
    ) throws(SystemError) -> TCPStream {
        let family = remote.address.family
        let descriptor = try Descriptor.socket(family.number, SOCK_STREAM)
        try descriptor.apply(options, family)
        if let key { try descriptor.setMD5Key(key, for: CIDR(remote.address)) }
        if let source {
            if source.port == 0 { try descriptor.enable(.portWithConnection) }
            try descriptor.bind(to: source)
        }
        let result = unsafe remote.withKernelAddress { unsafe Glibc.connect(descriptor.number, $0, $1) }
        // An interrupted connect goes on by itself, as one in progress does.
        if result == -1, errno != EINPROGRESS, errno != EINTR { try check(result, "connect", on: "\(remote)") }
        return TCPStream(descriptor, to: remote, unsentLimit: options.unsentLimit)
    }

    /// Changes how an accepted connection is set up from what its listener gave it; `device` and limits stay.
    public func adopt(_ options: TCPOptions) throws(SystemError) {
        try descriptor.applyToConnection(options, remoteAddress.address.family)
    }

    /// The hop limit with which the first segment of an accepted connection came; told once, nil when it is not known.
    public func takeFirstHopLimit() -> UInt8? {
        var octets = [UInt8](repeating: 0, count: 128)
        var length = socklen_t(octets.count)
        let option = SocketOption.savedFirstSegment
        let result = unsafe octets.withUnsafeMutableBytes { buffer in
            unsafe getsockopt(descriptor.number, option.level, option.number, buffer.baseAddress, &length)
        }
        // Both headers are at least twenty octets long; the version is in the first.
        guard result == 0, length >= 20 else { return nil }
        return octets[0] >> 4 == 4 ? octets[8] : octets[7]
    }

    /// True once connected, false while that goes on; throws why it failed.
    public func finishConnecting() throws(SystemError) -> Bool {
        let code = try descriptor.get(.error)
        guard code == 0 else { throw SystemError("connect", on: "\(remoteAddress)", code: code) }
        do {
            return try descriptor.remoteAddress() != nil
        } catch {
            guard error.code == ENOTCONN else { throw error }
            return false
        }
    }

    /// The local address and port of the connection.
    public func localAddress() throws(SystemError) -> SocketAddress {
        try descriptor.localAddress() ?? .any(remoteAddress.address.family)
    }

    /// Takes in what has arrived, up to `limit` octets.
    public func read(upTo limit: Int = 16_384) throws(SystemError) -> Input {
        var result = 0
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: max(limit, 1)) { buffer, count in
            result = uninterrupted {
                unsafe recv(descriptor.number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            }
            count = max(result, 0)
        }
        if result == -1, errno == EAGAIN { return .nothing }
        try check(result, "recv", on: "\(remoteAddress)")
        return result == 0 ? .end : .octets(octets)
    }

    /// Octets that were accepted by `write` and that the kernel has not taken yet.
    public var unsentCount: Int { queue.count }

    /// Sends all of it in time, keeping what the kernel does not take; false, with nothing sent, when that is too much.
    public func write(_ octets: [UInt8]) throws(SystemError) -> Bool {
        guard queue.append(octets) else { return false }
        try flush()
        return true
    }

    /// Hands as much as possible of what was kept to the kernel. To be called when writable.
    public func flush() throws(SystemError) {
        while !queue.isEmpty {
            let result = uninterrupted {
                unsafe queue.unsent.withUnsafeBytes {
                    unsafe send(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                }
            }
            if result == -1, errno == EAGAIN || errno == ENOBUFS { return }
            queue.removeFirst(try check(result, "send", on: "\(remoteAddress)"))
        }
    }

    /// Sends no more, after what the kernel has; what the peer still sends can be read.
    public func closeWriting() throws(SystemError) {
        try check(shutdown(descriptor.number, Int32(SHUT_WR)), "shutdown", on: "\(remoteAddress)")
    }

    /// Closes the connection in order, after its watch was cancelled.
    public func close() {
        descriptor.close()
    }

    /// Closes the connection by a reset, dropping what was not sent.
    public func abort() {
        try? descriptor.set(.linger, to: linger(l_onoff: 1, l_linger: 0))
        descriptor.close()
    }
}
