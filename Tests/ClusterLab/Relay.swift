import Foundation
import NIOCore
import NIOPosix

/// Lets programs in a network namespace reach a TCP port of the host's loopback, until told otherwise.
package final class Relay: Sendable {
    private let loop: any EventLoop
    private let state: NIOLoopBound<State>

    private final class State {
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isAway = false
    }

    package struct NoSocket: Error {}

    private init(_ loop: any EventLoop, _ state: NIOLoopBound<State>) {
        self.loop = loop
        self.state = state
    }

    /// Listens on an address of the namespace.
    package static func start(
        in namespace: String, on address: String, port: UInt16, to target: UInt16
    ) async throws -> Relay {
        let descriptor = try NamespaceSocket.listen(in: namespace, on: address, port: port)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let state = try await loop.submit { NIOLoopBound(State(), eventLoop: loop) }.get()
        let relay = Relay(loop, state)
        _ = try await ServerBootstrap(group: loop)
            .childChannelOption(.autoRead, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                guard !state.value.isAway else { return channel.eventLoop.makeFailedFuture(NoSocket()) }
                return connect(channel, to: target, on: loop, state)
            }.withBoundSocket(descriptor).get()
        return relay
    }

    private static func connect(
        _ channel: any Channel, to target: UInt16, on loop: any EventLoop, _ state: NIOLoopBound<State>
    ) -> EventLoopFuture<Void> {
        let near = NIOLoopBound(Glue(), eventLoop: loop)
        return ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { far in
                far.eventLoop.makeCompletedFuture {
                    let glue = Glue()
                    glue.partner = channel
                    try far.pipeline.syncOperations.addHandler(glue)
                }
            }.connect(host: "127.0.0.1", port: Int(target)).flatMapThrowing { far in
                near.value.partner = far
                try channel.pipeline.syncOperations.addHandler(near.value)
                let key = ObjectIdentifier(channel)
                state.value.connections[key] = channel
                channel.closeFuture.whenComplete { _ in state.value.connections[key] = nil }
            }
    }

    /// Cuts every connection; new ones are accepted.
    package func cut() async throws {
        let state = state
        try await loop.submit {
            for connection in state.value.connections.values { connection.close(promise: nil) }
        }.get()
    }

    /// Cuts every connection, and every new one at once.
    package func leave() async throws {
        try await setAway(true)
        try await cut()
    }

    package func comeBack() async throws {
        try await setAway(false)
    }

    private func setAway(_ isAway: Bool) async throws {
        let state = state
        try await loop.submit { state.value.isAway = isAway }.get()
    }
}

/// Passes what one channel reads on to another.
private final class Glue: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var partner: (any Channel)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        partner?.write(unwrapInboundIn(data), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        partner?.flush()
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        partner?.close(promise: nil)
        partner = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
