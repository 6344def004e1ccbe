/// What the operations server answers to one request.
public struct OperationsResponse: Sendable {
    /// The HTTP status code.
    public var status: Int
    public var contentType: String
    public var body: [UInt8]

    public init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A sentence as plain text.
    public static func text(_ text: String, status: Int = 200) -> OperationsResponse {
        OperationsResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array((text + "\n").utf8))
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
