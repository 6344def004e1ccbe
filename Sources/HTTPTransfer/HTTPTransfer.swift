/// HTTP requests through libcurl on a thread of their own, over connections that are kept and shared.
///
/// HTTP/2 is spoken where a server offers it under TLS, with many requests on one connection. Redirects are not
/// followed, and neither cookies nor `.netrc` nor proxies from the environment are used.
public final class HTTPTransfer: Sendable {
    private let loop: TransferLoop

    private init(_ loop: TransferLoop) {
        self.loop = loop
    }

    deinit {
        loop.stop()
    }

    /// Starts the thread. It runs until `shutdown`, or until nobody holds the value any more.
    public static func start() throws(TransferError) -> HTTPTransfer {
        let loop = try TransferLoop()
        try loop.start()
        return HTTPTransfer(loop)
    }

    /// Fails what is under way with `shutDown`, closes all connections and ends the thread before it returns.
    public func shutdown() async {
        await withCheckedContinuation { loop.stop(then: $0) }
    }

    /// Sends a request and returns when the head of the answer is in, whatever its status.
    ///
    /// Cancelling the task ends the transfer at once.
    public func send(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
        try request.validate()
        let transfer = Transfer(request, on: loop)
        let body = HTTPBody(transfer)
        let head = try await transfer.head()
        return HTTPResponse(head: head, body: body)
    }

    /// Transfers that libcurl holds at the moment.
    package var liveTransfers: Int { loop.liveTransfers }
}
