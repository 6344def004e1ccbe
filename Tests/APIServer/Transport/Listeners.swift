import NIOCore
import NIOHTTP1
import NIOPosix

/// The listening sockets and all connections of the server.
///
/// Lives on one event loop.
final class Listeners {
    private let loop: any EventLoop
    private let dispatcher: Dispatcher
    private let tls: TLSContext
    private var listener: (any Channel)?
    private var connections: [ObjectIdentifier: any Channel] = [:]
    private var address: (host: String, port: Int) = ("", 0)

    /// More connections at a time are closed at once.
    private static let connectionLimit = 2000

    init(on loop: any EventLoop, _ dispatcher: Dispatcher, _ tls: TLSContext) {
        self.loop = loop
        self.dispatcher = dispatcher
        self.tls = tls
    }

    /// Returns the TCP port.
    func listen(host: String, port: Int, socketPath: String) -> EventLoopFuture<Int> {
        let box = NIOLoopBound(self, eventLoop: loop)
        let local = ServerBootstrap(group: loop).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try box.value.addHTTP1(to: channel, isLocal: true) }
        }.bind(unixDomainSocketPath: socketPath, cleanupExistingSocketFile: true)
        return local.flatMap { _ in box.value.accept(host: host, port: port) }
    }

    private func accept(host: String, port: Int) -> EventLoopFuture<Int> {
        let box = NIOLoopBound(self, eventLoop: loop)
        return ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 512)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try box.value.addTLS(to: channel) }
            }.bind(host: host, port: port).map { channel in
                let port = channel.localAddress?.port ?? 0
                box.value.listener = channel
                box.value.address = (host, port)
                return port
            }
    }

    private func addTLS(to channel: any Channel) throws {
        guard connections.count < Self.connectionLimit else { throw ChannelError.eof }
        let key = ObjectIdentifier(channel)
        connections[key] = channel
        let box = NIOLoopBound(self, eventLoop: loop)
        channel.closeFuture.whenComplete { _ in box.value.connections[key] = nil }
        let handler = try TLSHandler(tls) { [weak self] context, isHTTP2 in
            guard let self else { return }
            if isHTTP2 {
                try context.pipeline.syncOperations.addHandler(try HTTP2Handler(serve: dispatcher.serve))
            } else {
                try addHTTP1(to: context.channel, isLocal: false)
            }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func addHTTP1(to channel: any Channel, isLocal: Bool) throws {
        let operations = channel.pipeline.syncOperations
        try operations.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        try operations.addHandler(HTTP1Handler(isLocal: isLocal, serve: dispatcher.serve))
    }

    func perform(_ command: Dispatcher.Command) {
        switch command {
        case .disconnect: closeAll()
        case .leave:
            listener?.close(promise: nil)
            listener = nil
            closeAll()
        case .comeBack:
            guard listener == nil else { return }
            _ = accept(host: address.host, port: address.port)
        }
    }

    private func closeAll() {
        for connection in connections.values { connection.close(promise: nil) }
    }
}
