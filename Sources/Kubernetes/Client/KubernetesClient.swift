import CoreMetrics
public import HTTPTransfer
import NIOConcurrencyHelpers
import NetworkTypes

/// Calls of the Kubernetes API with typed answers and errors.
///
/// Calls that fail for a passing reason are made again a few times; calls may be made from many tasks at once.
public final class KubernetesClient: Sendable {
    /// How patches are read by the server.
    public enum Patch: Sendable {
        /// RFC 7396.
        case merge(JSONValue)
        /// Server-side apply: what we give is ours, and what we gave before and give no more is removed. `force` takes
        /// fields over from others.
        case apply(JSONValue, force: Bool)
    }

    /// The largest answer that is read at once: a page of 500 large objects.
    private static let largestAnswer = 64 * 1024 * 1024
    /// Longer than the minute between bookmarks.
    private static let watchSilence = Duration.seconds(90)
    /// Objects in a page of a list.
    public static let pageSize = 500

    /// The namespace we run in.
    public let namespace: String
    /// Host and port of the API server, or the path of its socket.
    public let server: String
    private let http: HTTPTransfer
    private let session: ClientSession
    private let userAgent: String
    /// The name that our writes are made under.
    public let fieldManager: String
    private let generator: NIOLockedValueBox<SeededGenerator>

    /// `userAgent` and `fieldManager` name us to the server; the seed spreads retries.
    public init(
        _ configuration: ClientConfiguration, over http: HTTPTransfer, userAgent: String,
        fieldManager: String,
        seed: UInt64
    ) {
        self.http = http
        self.userAgent = userAgent
        self.fieldManager = fieldManager
        namespace = configuration.namespace
        let endpoint = configuration.endpoint
        let host = endpoint.host.utf8.contains(UInt8(ascii: ":")) ? "[\(endpoint.host)]" : endpoint.host
        server = endpoint.unixSocketPath ?? "\(host):\(endpoint.port)"
        session = ClientSession(configuration)
        generator = NIOLockedValueBox(SeededGenerator(seed: seed))
    }
}

// Reading.
extension KubernetesClient {
    /// One object.
    public func get<Object: Resource>(
        _ type: Object.Type, name: String, namespace: String? = nil
    ) async throws(APIError) -> Object {
        let request = APIRequest("get", .get, Object.kind, namespace: namespace, name: name)
        return try await call(request)
    }

    /// One page of a list; the token of the page before asks for the next.
    public func page<Object: Resource>(
        _ type: Object.Type, _ selection: Selection = Selection(), continueToken: String = ""
    ) async throws(APIError) -> ListPage<Object> {
        try await call(pageRequest(type, selection, continueToken: continueToken))
    }

    /// All pages of a list as one; begins anew when it expires on the way.
    public func list<Object: Resource>(
        _ type: Object.Type, _ selection: Selection = Selection()
    ) async throws(APIError) -> ListPage<Object> {
        var policy = retryPolicy(attempts: 3)
        while true {
            do throws(APIError) {
                return try await allPages(type, selection)
            } catch {
                guard error.status?.isExpired == true else { throw error }
                // Answered like a passing overload: after a wait, a few times.
                let passing = APIError(
                    error.operation, .status(Status(code: 429, message: error.description)))
                guard case .retry(let wait) = policy.decide(after: passing) else { throw error }
                try await pause(wait, in: error.operation)
            }
        }
    }

    private func allPages<Object: Resource>(
        _ type: Object.Type, _ selection: Selection
    ) async throws(APIError) -> ListPage<Object> {
        var whole = try await page(type, selection)
        while !whole.metadata.continueToken.isEmpty {
            let next = try await page(type, selection, continueToken: whole.metadata.continueToken)
            whole.items += next.items
            whole.unreadable += next.unreadable
            whole.metadata = next.metadata
        }
        return whole
    }

    /// Opens a watch; the body holds one event a line. Not retried: `Watcher` decides what to do.
    func watch<Object: Resource>(
        _ type: Object.Type, _ selection: Selection, _ watch: WatchRequest
    ) async throws(APIError) -> HTTPBody {
        var request = APIRequest("watch", .get, Object.kind, namespace: selection.namespace)
        request.query = selection.query + watch.query
        request.limits = .init(connect: .seconds(5), total: nil, silence: Self.watchSilence)
        return try await answer(to: request).body
    }
}

// Writing.
extension KubernetesClient {
    /// A new object; throws `isAlreadyExists` when there is one of that name.
    @discardableResult
    public func create<Object: Resource>(
        _ type: Object.Type, namespace: String? = nil, _ object: JSONValue
    ) async throws(APIError) -> Object {
        try await call(createRequest(type, namespace: namespace, object))
    }

    /// Replaces an object; `metadata.resourceVersion` must be that of the object replaced (`isConflict` otherwise).
    @discardableResult
    public func update<Object: Resource>(
        _ type: Object.Type, name: String, namespace: String? = nil, _ object: JSONValue
    ) async throws(APIError) -> Object {
        var request = APIRequest("update", .put, Object.kind, namespace: namespace, name: name)
        request.query = [("fieldManager", fieldManager)]
        request.contentType = "application/json"
        request.body = object
        return try await call(request)
    }

    /// Changes an object or its subresource (`status`). A patch with `metadata.resourceVersion` throws `isConflict`
    /// when the object has another.
    @discardableResult
    public func patch<Object: Resource>(
        _ type: Object.Type, name: String, namespace: String? = nil, subresource: String? = nil,
        _ patch: Patch
    ) async throws(APIError) -> Object {
        try await call(patchRequest(type, name, namespace: namespace, subresource: subresource, patch))
    }
}

// Requests.
extension KubernetesClient {
    func pageRequest<Object: Resource>(
        _ type: Object.Type, _ selection: Selection, continueToken: String
    ) -> APIRequest {
        var request = APIRequest("list", .get, Object.kind, namespace: selection.namespace)
        request.query = selection.query + [("limit", "\(Self.pageSize)")]
        if !continueToken.isEmpty { request.query.append(("continue", continueToken)) }
        return request
    }

    func createRequest<Object: Resource>(
        _ type: Object.Type, namespace: String?, _ object: JSONValue
    ) -> APIRequest {
        var request = APIRequest("create", .post, Object.kind, namespace: namespace)
        request.query = [("fieldManager", fieldManager)]
        request.contentType = "application/json"
        request.body = object
        return request
    }

    func patchRequest<Object: Resource>(
        _ type: Object.Type, _ name: String, namespace: String?, subresource: String?, _ patch: Patch
    ) -> APIRequest {
        var request = APIRequest(
            "patch", .patch, Object.kind, namespace: namespace, name: name, subresource: subresource)
        request.query = [("fieldManager", fieldManager)]
        switch patch {
        case .merge(let value):
            request.contentType = "application/merge-patch+json"
            request.body = value
        case .apply(let value, let force):
            request.contentType = "application/apply-patch+yaml"
            request.body = value
            if force { request.query.append(("force", "true")) }
        }
        return request
    }
}

// Calls and their retries.
extension KubernetesClient {
    private func call<Answer: Decodable>(_ request: APIRequest) async throws(APIError) -> Answer {
        let octets = try await octets(request)
        return try Self.read(octets, of: request)
    }

    func callOnce<Answer: Decodable>(_ request: APIRequest) async throws(APIError) -> Answer {
        let response = try await answer(to: request)
        return try Self.read(try await Self.collect(response, of: request), of: request)
    }

    private static func read<Answer: Decodable>(
        _ octets: [UInt8], of request: APIRequest
    ) throws(APIError) -> Answer {
        do throws(JSON.Malformed) {
            return try JSON.decode(Answer.self, from: octets)
        } catch {
            throw APIError(request.operation, .unreadable(error.description))
        }
    }

    private func octets(_ request: APIRequest) async throws(APIError) -> [UInt8] {
        var policy = retryPolicy(attempts: 4)
        while true {
            do throws(APIError) {
                return try await Self.collect(try await answer(to: request), of: request)
            } catch {
                switch policy.decide(after: error) {
                case .giveUp: throw error
                case .renewCredentials: break  // `answer` has seen to it that the next call reads them again
                case .retry(let wait): try await pause(wait, in: request.operation)
                }
            }
        }
    }

    /// Sends once, and throws for any status but success. A 401 makes the next call read the credentials again, a failed
    /// handshake one that is made a little later.
    private func answer(to request: APIRequest) async throws(APIError) -> HTTPResponse {
        let connection: ClientSession.Connection
        do throws(CredentialsError) {
            connection = try await session.connection()
        } catch {
            throw APIError(request.operation, .credentials(error.description))
        }
        let response: HTTPResponse
        let start = ContinuousClock.now
        do throws(TransferError) {
            response = try await http.send(request.httpRequest(connection, userAgent: userAgent))
        } catch {
            Self.count(request.operation, code: "none", since: start)
            if error.kind == .tls { await session.doubt(connection) }
            throw APIError(request.operation, .transfer(error))
        }
        Self.count(request.operation, code: String(response.status), since: start)
        if (200...299).contains(response.status) { return response }
        if response.status == 401 { await session.distrust(connection) }
        throw APIError(request.operation, .status(await Self.status(of: response)))
    }

    private static func count(_ operation: APIError.Operation, code: String, since start: ContinuousClock.Instant) {
        let verb = ("verb", operation.verb)
        Counter(label: "herald_kubernetes_requests_total", dimensions: [verb, ("code", code)]).increment()
        CoreMetrics.Timer(label: "herald_kubernetes_request_duration_seconds", dimensions: [verb])
            .recordNanoseconds(start.duration(to: .now).wholeNanoseconds)
    }

    private static func collect(_ response: HTTPResponse, of request: APIRequest)
        async throws(APIError) -> [UInt8]
    {
        do throws(TransferError) {
            return try await response.body.collect(upTo: largestAnswer)
        } catch {
            throw APIError(request.operation, .transfer(error))
        }
    }

    /// The `Status` in the body or, where there is none, one made of the code and the text.
    private static func status(of response: HTTPResponse) async -> Status {
        let octets = (try? await response.body.collect(upTo: 1024 * 1024)) ?? []
        let text = String(
            decoding: octets.prefix(200).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        var status = (try? JSON.decode(Status.self, from: octets)) ?? Status(code: 0, message: text)
        status.code = response.status
        if let seconds = response.headers["Retry-After"].flatMap({ Int64($0) }), seconds >= 0 {
            status.retryAfter = .seconds(min(seconds, 3600))
        }
        return status
    }

    private func retryPolicy(attempts: Int) -> RetryPolicy {
        RetryPolicy(attempts: attempts, seed: generator.withLockedValue { $0.next() })
    }

    private func pause(_ wait: Duration, in operation: APIError.Operation) async throws(APIError) {
        do {
            try await Task.sleep(for: wait)
        } catch {
            throw APIError(operation, .transfer(TransferError(.cancelled, host: "", "cancelled")))
        }
    }
}
