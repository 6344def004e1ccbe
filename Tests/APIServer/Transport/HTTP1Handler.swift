import NIOCore
import NIOHTTP1

/// Requests of one HTTP/1.1 connection, one after the other.
final class HTTP1Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let isLocal: Bool
    private let serve: (Request, any ResponseStream) -> Void
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var waiting: [Request] = []
    private var current: HTTP1Stream?

    /// A client that sends more requests before the first answer is cut off.
    private static let waitingLimit = 32

    init(isLocal: Bool, serve: @escaping (Request, any ResponseStream) -> Void) {
        self.isLocal = isLocal
        self.serve = serve
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let part):
            body += part.readableBytesView
            if body.count > Request.bodyLimit { context.close(promise: nil) }
        case .end:
            guard let head else { return }
            self.head = nil
            var headers: [String: String] = [:]
            for (name, value) in head.headers { headers[name.lowercased()] = value }
            var request = Request(method: head.method.rawValue, target: head.uri, headers: headers, body: body)
            request.isLocal = isLocal
            body = []
            waiting.append(request)
            if waiting.count > Self.waitingLimit { return context.close(promise: nil) }
            next(context.channel)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let stream = current
        current = nil
        stream?.connectionEnded()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func next(_ channel: any Channel) {
        guard current == nil, !waiting.isEmpty, channel.isActive else { return }
        let stream = HTTP1Stream(channel) { [weak self] in
            self?.current = nil
            self?.next(channel)
        }
        current = stream
        serve(waiting.removeFirst(), stream)
    }
}

/// The answer to one request of an HTTP/1.1 connection.
private final class HTTP1Stream: ResponseStream {
    private let channel: any Channel
    private let whenDone: () -> Void
    private var isChunked = false
    private(set) var isOpen = true
    private(set) var backlog = 0
    var onClose: () -> Void = {}

    init(_ channel: any Channel, whenDone: @escaping () -> Void) {
        self.channel = channel
        self.whenDone = whenDone
    }

    func begin(_ code: Int, _ headers: [(String, String)], length: Int?) {
        isChunked = length == nil
        var text = "HTTP/1.1 \(code) \(HTTPResponseStatus(statusCode: code).reasonPhrase)\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        text += length.map { "Content-Length: \($0)\r\n\r\n" } ?? "Transfer-Encoding: chunked\r\n\r\n"
        write(Array(text.utf8))
    }

    func send(_ octets: [UInt8]) {
        guard isOpen, !octets.isEmpty else { return }
        write(isChunked ? Array("\(String(octets.count, radix: 16))\r\n".utf8) + octets + [0x0D, 0x0A] : octets)
    }

    func end() {
        guard isOpen else { return }
        if isChunked { write(Array("0\r\n\r\n".utf8)) }
        isOpen = false
        whenDone()
    }

    func cut(afterHalfChunk: Bool) {
        guard isOpen else { return }
        if afterHalfChunk { write(Array("400\r\n{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Serv".utf8)) }
        isOpen = false
        channel.close(promise: nil)
    }

    func connectionEnded() {
        guard isOpen else { return }
        isOpen = false
        onClose()
    }

    private func write(_ octets: [UInt8]) {
        backlog += octets.count
        let count = octets.count
        let box = NIOLoopBound(self, eventLoop: channel.eventLoop)
        channel.writeAndFlush(ByteBuffer(bytes: octets)).whenComplete { _ in box.value.backlog -= count }
    }
}
