import HTTPTransfer

/// One call of the API before credentials and server are known.
struct APIRequest: Sendable {
    var operation: APIError.Operation
    var method: HTTPRequest.Method
    var path: String
    var query: [(String, String)] = []
    var contentType: String?
    var body: JSONValue?
    var limits = HTTPRequest.TimeLimits(connect: .seconds(5), total: .seconds(30))

    init(
        _ verb: String, _ method: HTTPRequest.Method, _ kind: ResourceKind, namespace: String?,
        name: String? = nil,
        subresource: String? = nil
    ) {
        self.method = method
        path = kind.path(namespace: namespace, name: name, subresource: subresource)
        operation = APIError.Operation(
            verb: verb, resource: [kind.plural, subresource].compactMap { $0 }.joined(separator: "/"),
            group: kind.group, namespace: kind.isNamespaced ? namespace : nil, name: name)
    }

    func httpRequest(_ connection: ClientSession.Connection, userAgent: String) -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": "application/json", "User-Agent": userAgent]
        if let contentType { headers["Content-Type"] = contentType }
        if let authorization = connection.authorization { headers["Authorization"] = authorization }
        let parameters = query.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
        let target = parameters.isEmpty ? path : path + "?" + parameters.joined(separator: "&")
        var request = HTTPRequest(
            method, connection.endpoint, target, headers: headers, body: body?.octets)
        request.limits = limits
        return request
    }
}
