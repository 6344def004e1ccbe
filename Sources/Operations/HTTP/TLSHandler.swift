import NIOCore
import OpenSSL

/// TLS on one connection.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let session: TLSSession

    init(_ certificate: ServerCertificate) throws {
        session = try TLSSession(certificate)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        do {
            try unsafe buffer.withUnsafeReadableBytes { try unsafe session.receive($0) }
            let reading = try session.read()
            send(context)
            switch reading {
            case .end: context.close(promise: nil)
            case .octets(let octets):
                if !octets.isEmpty { context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: octets))) }
            }
        } catch {
            // The client is told why.
            send(context)
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = unwrapOutboundIn(data)
        do {
            try unsafe buffer.withUnsafeReadableBytes { try unsafe session.write($0) }
            let output = session.takeOutput()
            guard !output.isEmpty else {
                promise?.succeed()
                return
            }
            context.write(wrapOutboundOut(ByteBuffer(bytes: output)), promise: promise)
        } catch {
            promise?.fail(error)
            context.close(promise: nil)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        session.finish()
        send(context)
        context.close(mode: mode, promise: promise)
    }

    private func send(_ context: ChannelHandlerContext) {
        let output = session.takeOutput()
        guard !output.isEmpty, context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: output)), promise: nil)
    }
}
