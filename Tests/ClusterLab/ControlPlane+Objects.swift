package import APIServer
import Foundation
import HTTPTransfer

/// Reading and writing objects as one who may do everything.
extension ControlPlane {
    package struct Refused: Error, CustomStringConvertible {
        package let code: Int
        package let body: JSON
        package var description: String { "\(code): \(body.text)" }
    }

    package enum Patch: String {
        case merge = "application/merge-patch+json"
    }

    package static let services = "/api/v1/services"
    package static let nodes = "/api/v1/nodes"

    package func get(_ path: String) async throws -> JSON { try await send(.get, path) }

    /// Nil when there is none.
    package func find(_ path: String) async throws -> JSON? {
        do { return try await send(.get, path) } catch let error as Refused where error.code == 404 { return nil }
    }

    package func list(_ path: String) async throws -> [JSON] { try await get(path)["items"]?.array ?? [] }

    @discardableResult
    package func create(_ path: String, _ object: JSON) async throws -> JSON { try await send(.post, path, object) }

    @discardableResult
    package func patch(_ path: String, _ patch: JSON) async throws -> JSON {
        try await send(.patch, path, patch, type: Patch.merge.rawValue)
    }

    package func delete(_ path: String) async throws {
        do { _ = try await send(.delete, path) } catch let error as Refused where error.code == 404 {}
    }

    /// Creates it unless there is one of the name.
    private func ensure(_ path: String, _ object: JSON) async throws {
        do { try await create(path, object) } catch let error as Refused where error.code == 409 {}
    }

    /// Creates what the text says, which need be no text.
    package func create(_ path: String, octets: [UInt8]) async throws {
        let headers: HTTPHeaders = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
        let response = try await transfer.send(HTTPRequest(.post, endpoint, path, headers: headers, body: octets))
        let body = try await response.body.collect(upTo: 1 << 20)
        guard response.status == 201 else {
            throw Refused(code: response.status, body: .string(String(decoding: body, as: UTF8.self)))
        }
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, type: String = "application/json"
    ) async throws -> JSON {
        let headers: HTTPHeaders = [
            "Authorization": "Bearer \(token)", "Content-Type": type, "User-Agent": "e2e-test/1",
            "Accept": "application/json",
        ]
        let request = HTTPRequest(method, endpoint, path, headers: headers, body: body?.octets)
        let response = try await transfer.send(request)
        let octets = try await response.body.collect(upTo: 256 << 20)
        let json = (try? JSONReader.read(octets)) ?? .string(String(decoding: octets, as: UTF8.self))
        guard response.status < 300 else { throw Refused(code: response.status, body: json) }
        return json
    }

    // MARK: - What herald may do

    package static let account = "herald"
    package static let role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/herald-e2e"

    package static let statusRule: JSON = ["apiGroups": [""], "resources": ["services/status"], "verbs": ["patch"]]
    private static let roleGroup = "rbac.authorization.k8s.io"

    package func prepare() async throws {
        try await ensure(
            "/apis/\(Self.roleGroup)/v1/clusterroles",
            ["metadata": ["name": "herald-e2e"], "rules": .array(Permissions.ofCluster)])
    }

    /// A namespace with a service account for herald; returns a token of it.
    package func makeAccount(in namespace: String) async throws -> String {
        try await ensure("/api/v1/namespaces", ["metadata": ["name": .string(namespace)]])
        let core = "/api/v1/namespaces/\(namespace)"
        let roles = "/apis/\(Self.roleGroup)/v1"
        try await ensure("\(core)/serviceaccounts", ["metadata": ["name": .string(Self.account)]])
        let subjects: JSON = [
            ["kind": "ServiceAccount", "name": .string(Self.account), "namespace": .string(namespace)]
        ]
        try await ensure(
            "\(roles)/clusterrolebindings",
            [
                "metadata": ["name": .string("herald-\(namespace)")], "subjects": subjects,
                "roleRef": ["apiGroup": .string(Self.roleGroup), "kind": "ClusterRole", "name": "herald-e2e"],
            ])
        try await ensure(
            "\(roles)/namespaces/\(namespace)/roles",
            [
                "metadata": ["name": "herald"],
                "rules": .array(Permissions.ofNamespace),
            ])
        try await ensure(
            "\(roles)/namespaces/\(namespace)/rolebindings",
            [
                "metadata": ["name": "herald"], "subjects": subjects,
                "roleRef": ["apiGroup": .string(Self.roleGroup), "kind": "Role", "name": "herald"],
            ])
        try await waitUntilAllowed(true, "patch", "services", "status", account: namespace)
        try await waitUntilAllowed(
            true, "patch", "leases", name: "herald-allocator", group: "coordination.k8s.io", account: namespace)
        return try await makeToken(in: namespace)
    }

    /// Waits until a change of roles has reached the part of the server that asks about them, which takes a real one a
    /// moment.
    package func waitUntilAllowed(
        _ isAllowed: Bool, _ verb: String, _ resource: String, _ subresource: String = "", name: String = "",
        group: String = "", account namespace: String
    ) async throws {
        let attributes: JSON = [
            "verb": .string(verb), "group": .string(group), "resource": .string(resource),
            "subresource": .string(subresource), "name": .string(name), "namespace": .string(namespace),
        ]
        let review: JSON = [
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
            "spec": [
                "user": .string("system:serviceaccount:\(namespace):\(Self.account)"), "resourceAttributes": attributes,
            ],
        ]
        try await eventually("it is settled whether herald may \(verb) \(resource)") {
            let answer = try await create("/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
            return answer[path: "status", "allowed"]?.bool ?? false == isAllowed ? true : nil
        }
    }

    package func makeToken(in namespace: String) async throws -> String {
        let request: JSON = [
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": ["expirationSeconds": 3600],
        ]
        let path = "/api/v1/namespaces/\(namespace)/serviceaccounts/\(Self.account)/token"
        let answer = try await create(path, request)
        return answer[path: "status", "token"]?.string ?? ""
    }
}
