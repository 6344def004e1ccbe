import NIOCore

/// Closes a connection that sends more than a request of ours can need, before any of it is parsed.
final class RequestLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Octets that a connection may send in all; it carries one request.
    static let octets = 16_384

    private var left = RequestLimit.octets

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        guard buffer.readableBytes <= left else {
            context.close(promise: nil)
            return
        }
        left -= buffer.readableBytes
        context.fireChannelRead(data)
    }
}
