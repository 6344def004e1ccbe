import APIServer
import ClusterLab
import HTTPTransfer

/// The API server by its own socket, where no fault is made: what the soak itself reads and writes.
struct API: Sendable {
    let cluster: Cluster
    private let endpoint: HTTPEndpoint

    init(_ cluster: Cluster) throws {
        guard let endpoint = cluster.plane.commands else {
            throw ControlPlane.NotStarted(description: "the soak needs the API server for tests")
        }
        self.cluster = cluster
        self.endpoint = endpoint
    }

    /// Nil when the server refuses, as it does with what a user may not change.
    @discardableResult
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, type: String = "application/json"
    ) async throws -> JSON? {
        let request = HTTPRequest(
            method, endpoint, path, headers: ["Content-Type": type, "User-Agent": "soak/1"], body: body?.octets)
        let response = try await cluster.plane.transfer.send(request)
        let octets = try await response.body.collect(upTo: 256 << 20)
        return response.status < 300 ? try JSONReader.read(octets) : nil
    }

    @discardableResult
    func create(_ path: String, _ object: JSON) async throws -> JSON? { try await send(.post, path, object) }

    @discardableResult
    func patch(_ path: String, _ change: JSON) async throws -> JSON? {
        try await send(.patch, path, change, type: ControlPlane.Patch.merge.rawValue)
    }

    func delete(_ path: String) async throws { try await send(.delete, path) }

    func list(_ path: String) async throws -> [JSON] { try await send(.get, path)?["items"]?.array ?? [] }

    func order(_ name: String, _ body: JSON = .empty) async throws {
        try await cluster.plane.command(name, body)
    }

    /// Requests by TCP since the last call, by verb and resource.
    func takeRequests() async throws -> [String: Int] {
        let counts = try await cluster.plane.command("requests", ["clear": true]).members ?? []
        return Dictionary(counts.map { ($0.name, Int($0.value.integer ?? 0)) }) { $0 + $1 }
    }
}
