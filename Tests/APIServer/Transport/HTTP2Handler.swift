import NIOCore

/// Requests of one HTTP/2 connection, many at a time.
final class HTTP2Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let session: HTTP2Session
    private let serve: (Request, any ResponseStream) -> Void
    private var channel: (any Channel)?
    private var isReceiving = false
    private var isFlushScheduled = false

    init(serve: @escaping (Request, any ResponseStream) -> Void) throws {
        session = try HTTP2Session()
        self.serve = serve
    }

    func handlerAdded(context: ChannelHandlerContext) {
        channel = context.channel
        session.onRequest = { [weak self] stream in self?.received(stream) }
        flush()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        channel = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReceiving = true
        let isFine: Bool
        do {
            try session.receive(Array(unwrapInboundIn(data).readableBytesView))
            isFine = true
        } catch { isFine = false }
        isReceiving = false
        flush()
        if !isFine || session.isDone { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        for stream in Array(session.streams.values) { stream.onClose() }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func received(_ stream: HTTP2Session.Stream) {
        var request = Request(
            method: stream.method, target: stream.target, headers: stream.headers, body: stream.body)
        request.isLocal = false
        stream.body = []
        serve(request, HTTP2Stream(stream, session) { [weak self] in self?.flush() })
    }

    /// Hands everything on that can be sent; nghttp2 does not want to be called from its own callbacks.
    private func flush() {
        guard !isReceiving, let channel else { return }
        do {
            let output = try session.takeOutput()
            if !output.isEmpty { channel.writeAndFlush(ByteBuffer(bytes: output), promise: nil) }
        } catch { channel.close(promise: nil) }
    }
}

/// The answer to one request of an HTTP/2 connection.
private final class HTTP2Stream: ResponseStream {
    private let stream: HTTP2Session.Stream
    private let session: HTTP2Session
    private let flush: () -> Void
    private(set) var isOpen = true
    var onClose: () -> Void = {}

    init(_ stream: HTTP2Session.Stream, _ session: HTTP2Session, flush: @escaping () -> Void) {
        self.stream = stream
        self.session = session
        self.flush = flush
        stream.onClose = { [weak self] in self?.connectionEnded() }
    }

    var backlog: Int { stream.output.count - stream.sent }

    func begin(_ code: Int, _ headers: [(String, String)], length: Int?) {
        let length = length.map { [("content-length", "\($0)")] } ?? []
        session.begin(stream, [(":status", "\(code)")] + headers + length)
        flush()
    }

    func send(_ octets: [UInt8]) {
        guard isOpen else { return }
        stream.output += octets
        session.resume(stream)
        flush()
    }

    func end() {
        guard isOpen else { return }
        isOpen = false
        stream.isEnded = true
        session.resume(stream)
        flush()
    }

    func cut(afterHalfChunk: Bool) {
        guard isOpen else { return }
        if afterHalfChunk { send(Array("{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Serv".utf8)) }
        isOpen = false
        session.reset(stream)
        flush()
    }

    private func connectionEnded() {
        guard isOpen else { return }
        isOpen = false
        onClose()
    }
}
