/// What the operations server answers to one request.
public struct OperationsResponse: Sendable {
    /// The HTTP status code.
    public var status: Int
    /// The value of the header `Content-Type`.
    public var contentType: String
    /// Sent whole, with its length in `Content-Length`; may be empty.
    public var body: [UInt8]
    /// When to ask again, in whole seconds; nil: that is not said.
    var pause: Duration?

    /// Takes any status and octets; `text(_:status:)` and `json(_:)` cover the usual ones.
    public init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A sentence as plain text.
    public static func text(_ text: String, status: Int = 200) -> OperationsResponse {
        OperationsResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array((text + "\n").utf8))
    }

    /// Too many large answers are being read.
    static func busy(pause: Duration) -> OperationsResponse {
        var response = text("too many ask for this at a time; ask again", status: 503)
        response.pause = pause
        return response
    }

    /// A JSON document.
    public static func json(_ body: [UInt8]) -> OperationsResponse {
        OperationsResponse(status: 200, contentType: "application/json", body: body)
    }

    /// Metrics for Prometheus.
    public static func metrics(_ body: [UInt8]) -> OperationsResponse {
        OperationsResponse(status: 200, contentType: PrometheusText.contentType, body: body)
    }

    /// A page for people.
    public static func page(_ body: [UInt8]) -> OperationsResponse {
        OperationsResponse(status: 200, contentType: "text/html; charset=utf-8", body: body)
    }
}
