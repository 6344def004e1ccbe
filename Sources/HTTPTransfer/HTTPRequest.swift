/// One request: where, what, and how long it may take.
public struct HTTPRequest: Sendable {
    /// The methods used.
    public enum Method: String, Hashable, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// How long to wait for what.
    public struct TimeLimits: Hashable, Sendable {
        /// Until the connection, TLS included, stands.
        public var connect = Duration.seconds(5)
        /// Until the last octet of the answer; nil: for ever, as a watch needs.
        public var total: Duration? = .seconds(30)
        /// The longest time without any octet of the answer, from the start on; nil: for ever. Time in which the
        /// reader has not taken what is there does not count.
        public var silence: Duration?

        /// Limits other than the defaults.
        public init(connect: Duration = .seconds(5), total: Duration? = .seconds(30), silence: Duration? = nil) {
            self.connect = connect
            self.total = total
            self.silence = silence
        }
    }

    /// The server asked.
    public var endpoint: HTTPEndpoint
    /// What to do.
    public var method: Method
    /// Path and query, percent-encoded, beginning with `/`.
    public var target: String
    /// Sent besides `Host`, `Accept` and the length of the body.
    public var headers: HTTPHeaders
    /// Nil: none, and an empty one for `POST`, `PUT` and `PATCH`.
    public var body: [UInt8]?
    /// How long to wait.
    public var limits = TimeLimits()
    /// Offers gzip; the body arrives unpacked.
    public var acceptsCompressed = false
    /// Octets of the body held before the peer is made to wait.
    public var bufferLimit = 256 * 1024

    /// A request with the default limits.
    public init(
        _ method: Method = .get, _ endpoint: HTTPEndpoint, _ target: String, headers: HTTPHeaders = [:],
        body: [UInt8]? = nil
    ) {
        self.method = method
        self.endpoint = endpoint
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// Refuses what would change the meaning of the message on the wire.
    func validate() throws(TransferError) {
        func refuse(_ text: String) -> TransferError { TransferError(.invalidRequest, host: endpoint.name, text) }
        guard endpoint.isHostSafe else { throw refuse("the host holds characters that no host has") }
        guard target.hasPrefix("/"), HTTPEndpoint.isSafePath(target), HTTPEndpoint.isSafePath(endpoint.basePath) else {
            throw refuse("the target must begin with '/' and be percent-encoded")
        }
        for field in headers.fields where !field.isSafe {
            throw refuse("header '\(field.name.prefix(40).filter(\.isASCII))' holds characters that no header may")
        }
        for path in [endpoint.unixSocketPath, endpoint.proxy] {
            guard path?.utf8.contains(0) != true else { throw refuse("a path or proxy holds a NUL") }
        }
    }
}
