import NIOCore

/// TLS on a connection. When the two sides have agreed on a protocol, its handlers are put behind this one.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let session: TLSSession
    private let addHandlers: (ChannelHandlerContext, _ isHTTP2: Bool) throws -> Void
    private var isReady = false

    init(_ context: TLSContext, addHandlers: @escaping (ChannelHandlerContext, Bool) throws -> Void) throws {
        session = try TLSSession(context)
        self.addHandlers = addHandlers
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        unsafe buffer.withUnsafeReadableBytes { unsafe session.receive($0) }
        do {
            let octets = try session.read()
            flushOutput(context, promise: nil)
            if session.isEstablished, !isReady {
                isReady = true
                try addHandlers(context, session.choseHTTP2)
            }
            guard let octets else { return context.close(promise: nil) }
            if !octets.isEmpty { context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: octets))) }
        } catch {
            flushOutput(context, promise: nil)
            context.close(promise: nil)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = unwrapOutboundIn(data)
        do {
            try unsafe buffer.withUnsafeReadableBytes { bytes in try unsafe session.write(bytes) }
            writeOutput(context, promise: promise)
        } catch {
            promise?.fail(error)
            context.close(promise: nil)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        session.finish()
        flushOutput(context, promise: nil)
        context.close(mode: mode, promise: promise)
    }

    private func flushOutput(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        writeOutput(context, promise: promise)
        context.flush()
    }

    private func writeOutput(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        let octets = session.takeOutput()
        guard !octets.isEmpty else {
            promise?.succeed()
            return
        }
        context.write(wrapOutboundOut(ByteBuffer(bytes: octets)), promise: promise)
    }
}
