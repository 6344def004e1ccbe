/// What a server said before the body.
public struct HTTPResponseHead: Hashable, Sendable {
    /// The version of HTTP the server answered in.
    public enum Version: String, Hashable, Sendable {
        case http1_0 = "HTTP/1.0"
        case http1_1 = "HTTP/1.1"
        case http2 = "HTTP/2"
        case http3 = "HTTP/3"
    }

    /// As in the status line, or agreed by ALPN.
    public let version: Version
    /// 200 to 999; interim answers (1xx) are skipped.
    public let status: Int
    /// In the order received.
    public let headers: HTTPHeaders
}

/// A server's answer, whose body is still arriving.
public struct HTTPResponse: Sendable {
    /// Status and headers.
    public let head: HTTPResponseHead
    /// To be read once; dropping it unread ends the transfer.
    public let body: HTTPBody

    /// The status code.
    public var status: Int { head.status }
    /// The header fields.
    public var headers: HTTPHeaders { head.headers }
}
