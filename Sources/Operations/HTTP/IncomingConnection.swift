import NIOCore
import NIOHTTP1
import NetworkTypes

/// A connection that came in, and what held then.
///
/// Nothing is read of it before `open()`. One that nobody opens may be let go of: its bounds close it, or the end of
/// the event loop does.
struct IncomingConnection: Sendable {
    typealias Channels = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let access: Access?
    /// Whether it is from this host itself.
    let isFromHost: Bool
    private let channel: any Channel

    /// The channel must have been told not to read by itself.
    init(_ channel: any Channel, access: Access?) {
        self.channel = channel
        self.access = access
        isFromHost = Self.isHost(channel.remoteAddress?.ipAddress, asking: channel.localAddress?.ipAddress)
    }

    /// The kubelet asks an address of the node from that same address. Nil is whoever asks on the Unix socket.
    static func isHost(_ peer: String?, asking own: String?) -> Bool {
        guard let peer, let address = IPAddress(peer)?.unmapped else { return true }
        return address.isLoopback || address == own.flatMap { IPAddress($0)?.unmapped }
    }

    /// Begins to read.
    ///
    /// What it returns has to be run with `executeThenClose`, whatever happens: to let go of it ends the process.
    func open() async throws -> Channels {
        let channel = channel
        return try await channel.eventLoop.submit {
            // To fail halfway would be to let go of it.
            guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
            let channels = try Channels(wrappingChannelSynchronously: channel)
            _ = channel.setOption(.autoRead, value: true)
            return channels
        }.get()
    }

    func close() {
        channel.close(promise: nil)
    }
}

extension IPAddress {
    /// What a socket of both families shows as ::ffff:192.0.2.1 is 192.0.2.1.
    fileprivate var unmapped: IPAddress {
        isIPv4Mapped ? IPAddress(ipv4: UInt32(truncatingIfNeeded: number)) : self
    }
}
