import NIOCore

/// Keeps one connection within its bounds, whatever speaks above: what it may send, and how long it may take.
///
/// Stands next to the socket. A close from above waits until all that was written has gone out, so that a slow reader gets
/// the whole of its answer, but no longer than the connection may live.
final class ConnectionBounds: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Octets that a connection may send in all; it carries one request.
    static let plainOctets = 16_384
    /// With what TLS adds: its handshake and its records.
    static let sealedOctets = 32_768

    private var left: Int
    private let lifetime: TimeAmount
    private var deadline: Scheduled<Void>?
    private var unwritten = 0
    private var isClosing = false

    init(octets: Int, lifetime: TimeAmount) {
        left = octets
        self.lifetime = lifetime
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: lifetime) { bound.value.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        guard buffer.readableBytes <= left else {
            context.close(promise: nil)
            return
        }
        left -= buffer.readableBytes
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise()
        unwritten += 1
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in
            let (handler, context) = bound.value
            handler.unwritten -= 1
            if handler.isClosing, handler.unwritten == 0 { context.close(promise: nil) }
        }
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, unwritten > 0, context.channel.isActive else {
            return context.close(mode: mode, promise: promise)
        }
        isClosing = true
        context.flush()
        context.channel.closeFuture.cascade(to: promise)
    }
}
