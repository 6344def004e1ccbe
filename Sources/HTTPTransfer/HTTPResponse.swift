/// What a server said before the body.
public struct HTTPResponseHead: Hashable, Sendable {
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
