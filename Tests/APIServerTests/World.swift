import Foundation
import HTTPTransfer

@testable import APIServer

/// A server with the objects that the recorded one had, and the means to talk to it.
final class World: Sendable {
    let server: APIServer
    let transfer: HTTPTransfer

    static let namespace = "lbtest"
    private static let administratorToken = "administrator"
    private static let nobodyToken = "nobody"

    static func make(offersHTTP2: Bool = true) async throws -> World {
        let directory = FileManager.default.temporaryDirectory.path + "/herald-api-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var options = APIServer.Options(directory: directory)
        options.offersHTTP2 = offersHTTP2
        let world = World(server: try await APIServer.start(options), transfer: try HTTPTransfer.start())
        try await world.command("token", ["token": .string(administratorToken), "user": "system:admin"])
        try await world.command(
            "token", ["token": .string(nobodyToken), "user": "system:serviceaccount:lbtest:nobody"])
        return world
    }

    private init(server: APIServer, transfer: HTTPTransfer) {
        self.server = server
        self.transfer = transfer
    }

    func close() async {
        await transfer.shutdown()
        await server.stop()
        try? FileManager.default.removeItem(atPath: server.directory)
    }

    // MARK: - Requests

    enum Caller { case administrator, nobody, stranger, anonymous }

    func endpoint() throws -> HTTPEndpoint {
        var endpoint = try HTTPEndpoint(server.url)
        endpoint.tls.authorities = Array(try Data(contentsOf: URL(fileURLWithPath: server.authorityFile)))
        return endpoint
    }

    func send(
        _ method: String, _ target: String, headers: [(name: String, value: String)] = [], body: String = "",
        as caller: Caller = .administrator
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(
            HTTPRequest.Method(rawValue: method) ?? .get, try endpoint(), target)
        for header in headers where !["host", "content-length", "authorization"].contains(header.name) {
            request.headers.add(header.name, header.value)
        }
        let token = [Caller.administrator: Self.administratorToken, .nobody: Self.nobodyToken, .stranger: "wrong"]
        if let token = token[caller] { request.headers.add("Authorization", "Bearer \(token)") }
        if !body.isEmpty { request.body = Array(body.utf8) }
        return try await transfer.send(request)
    }

    func json(_ method: String, _ target: String, _ body: JSON? = nil, type: String = "application/json") async throws
        -> JSON
    {
        let response = try await send(
            method, target,
            headers: [
                ("content-type", type), ("user-agent", method == "PATCH" ? "kubectl-patch/1" : "kubectl-create/1"),
            ],
            body: body?.text ?? "")
        let octets = try await response.body.collect(upTo: 64 << 20)
        guard response.status < 300 else { throw Unexpected(text: String(decoding: octets, as: UTF8.self)) }
        return try JSONReader.read(octets)
    }

    struct Unexpected: Error {
        let text: String
    }

    @discardableResult
    func command(_ name: String, _ body: JSON = .empty) async throws -> JSON {
        var request = HTTPRequest(.post, server.administration, "/herald-test/\(name)")
        request.body = body.octets
        let response = try await transfer.send(request)
        let octets = try await response.body.collect(upTo: 1 << 20)
        guard response.status == 200 else { throw Unexpected(text: String(decoding: octets, as: UTF8.self)) }
        return try JSONReader.read(octets)
    }

    func revision() async throws -> String {
        let list = try await json("GET", "/api/v1/namespaces/absent/services")
        return list[path: "metadata", "resourceVersion"]?.string ?? ""
    }

    // MARK: - Objects

    static let services = "/api/v1/namespaces/\(namespace)/services"

    static func service(_ name: String, labels: JSON? = nil) -> JSON {
        [
            "metadata": ["name": .string(name), "labels": labels ?? ["app": .string(name)]],
            "spec": [
                "type": "LoadBalancer", "selector": ["app": "web"],
                "ports": [["name": "http", "port": 80, "targetPort": 8080]],
            ],
        ]
    }

    /// Makes what was there when the recordings began, but for Services named.
    func fill(without absent: Set<String>) async throws {
        _ = try await json("POST", "/api/v1/namespaces", ["metadata": ["name": .string(Self.namespace)]])
        let accounts = "/api/v1/namespaces/\(Self.namespace)/serviceaccounts"
        _ = try await json("POST", accounts, ["metadata": ["name": "nobody"]])
        for item in try recorded("11", 0) where !absent.contains(item[path: "metadata", "name"]?.string ?? "") {
            _ = try await json("POST", Self.services, Self.asWritten(item))
        }
        for item in try recorded("51", 0) { _ = try await json("POST", "/api/v1/nodes", Self.bare(item)) }
        for index in 0...1 {
            for item in try recorded("50", index) {
                _ = try await json(
                    "POST", "/apis/discovery.k8s.io/v1/namespaces/\(Self.namespace)/endpointslices", Self.bare(item))
            }
        }
    }

    private func recorded(_ number: String, _ index: Int) throws -> [JSON] {
        let recording = Recording.all.first { $0.number == number }
        return try JSONReader.read(Array((recording?.exchanges[index].body ?? "").utf8))["items"]?.array ?? []
    }

    /// Without what the server adds.
    private static func asWritten(_ item: JSON) -> JSON {
        var item = bare(item)
        let isDual = item[path: "spec", "ipFamilyPolicy"] == "PreferDualStack"
        for name in [
            "clusterIP", "clusterIPs", "ipFamilies", "healthCheckNodePort", "sessionAffinity", "internalTrafficPolicy",
        ] { item["spec"]?[name] = nil }
        if !isDual { item["spec"]?["ipFamilyPolicy"] = nil }
        let ports = item[path: "spec", "ports"]?.array ?? []
        item["spec"]?["ports"] = .array(
            ports.map { port in
                var port = port
                port["nodePort"] = nil
                return port
            })
        item["status"] = nil
        return item
    }

    private static func bare(_ item: JSON) -> JSON {
        var item = item
        for name in ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"] {
            item["metadata"]?[name] = nil
        }
        return item
    }
}
