/// What a server said before the body.
public struct HTTPResponseHead: Hashable, Sendable {
    public enum Version: String, Hashable, Sendable {
        case http1_0 = "HTTP/1.0"
        case http1_1 = "HTTP/1.1"
        case http2 = "HTTP/2"
        case http3 = "HTTP/3"
    }

    public let version: Version
    /// 200 to 999; interim answers (1xx) are skipped.
    public let status: Int
    public let headers: HTTPHeaders
}

/// A server's answer, whose body is still arriving.
public struct HTTPResponse: Sendable {
    public let head: HTTPResponseHead
    /// To be read once; dropping it unread ends the transfer.
    public let body: HTTPBody

    public var status: Int { head.status }
    public var headers: HTTPHeaders { head.headers }
}
