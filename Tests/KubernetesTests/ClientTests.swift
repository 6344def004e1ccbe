import Foundation
import HTTPTransfer
import Testing

@testable import Kubernetes

@Suite("The client against recorded answers", .timeLimit(.minutes(1)))
struct ClientTests {
    private func failure(_ body: () async throws(APIError) -> Void) async -> APIError? {
        do throws(APIError) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test("a list is read page by page")
    func pages() async throws {
        let server = try RecordedServer(Transcript("14").exchanges)
        let list = try await server.client().list(
            Service.self, Selection(namespace: "lbtest", fields: "spec.type=LoadBalancer"))
        #expect(list.items.count == 7)
        let lines = server.requests.map(\.line)
        #expect(lines.count == 3)
        #expect(
            lines[0]
                == "GET /api/v1/namespaces/lbtest/services?fieldSelector=spec.type%3DLoadBalancer&limit=500 HTTP/1.1")
        #expect(lines.dropFirst().allSatisfy { $0.contains("&continue=") })
        #expect(server.requests[0].header("Accept") == "application/json")
        #expect(server.requests[0].header("User-Agent") == "test/1")
        #expect(server.requests[0].header("Authorization") == nil)
    }

    @Test("a list that expires on the way begins anew")
    func expired() async throws {
        let pages = try Transcript("14").exchanges
        let gone = try Transcript("92").exchanges[0]
        let server = try RecordedServer([pages[0], gone] + pages)
        let list = try await server.client().list(Service.self)
        #expect(list.items.count == 7)
        #expect(server.requests.count == 5)
    }

    @Test("one object, and one that is not there")
    func get() async throws {
        let server = try RecordedServer(Transcript("15").exchanges)
        let client = try server.client()
        #expect(try await client.get(Service.self, name: "web", namespace: "lbtest").metadata.name == "web")
        let error = await failure { () async throws(APIError) in
            _ = try await client.get(Service.self, name: "absent", namespace: "lbtest")
        }
        #expect(error?.isNotFound == true)
        #expect(server.requests.count == 2)
    }

    @Test("a status by merge patch, and by server-side apply")
    func patches() async throws {
        let server = try RecordedServer(
            [Transcript("30").exchanges[0]] + Transcript("37").exchanges.prefix(4).dropFirst(2))
        let client = try server.client()
        let ingress = LoadBalancerIngress(ip: "10.99.0.200", ipMode: nil)
        let body: JSONValue = ["status": ["loadBalancer": ["ingress": [ingress.json]]]]
        let service = try await client.patch(
            Service.self, name: "web", namespace: "lbtest", subresource: "status", .merge(body))
        #expect(service.status.loadBalancer.ingress.first?.ipMode == "VIP")
        let conflict = await failure { () async throws(APIError) in
            try await client.patch(
                Service.self, name: "web-udp", namespace: "lbtest", subresource: "status", .apply(body, force: false))
        }
        #expect(conflict?.isConflict == true)
        #expect(conflict?.status?.causes.first?.field == ".status.loadBalancer.ingress")
        try await client.patch(
            Service.self, name: "web-udp", namespace: "lbtest", subresource: "status", .apply(body, force: true))

        let requests = server.requests
        #expect(requests[0].line == "PATCH /api/v1/namespaces/lbtest/services/web/status?fieldManager=test HTTP/1.1")
        #expect(requests[0].header("Content-Type") == "application/merge-patch+json")
        #expect(requests[0].body == #"{"status":{"loadBalancer":{"ingress":[{"ip":"10.99.0.200"}]}}}"#)
        #expect(requests[1].header("Content-Type") == "application/apply-patch+yaml")
        #expect(requests[2].line.contains("fieldManager=test&force=true"))
    }

    @Test("what exists already, and what was changed in between, are told apart")
    func conflicts() async throws {
        let server = try RecordedServer([Transcript("40").exchanges[1], Transcript("40").exchanges[4]])
        let client = try server.client()
        let exists = await failure { () async throws(APIError) in
            try await client.create(Lease.self, namespace: "lbtest", [:])
        }
        #expect(exists?.isAlreadyExists == true && exists?.isConflict == false)
        let conflict = await failure { () async throws(APIError) in
            try await client.update(Lease.self, name: "lb-leader", namespace: "lbtest", [:])
        }
        #expect(conflict?.isAlreadyExists == false && conflict?.isConflict == true)
    }

    @Test("a refusal names what to grant")
    func forbidden() async throws {
        let server = try RecordedServer(Transcript("61").exchanges)
        let client = try server.client()
        _ = await failure { () async throws(APIError) in _ = try await client.page(Service.self) }
        _ = await failure { () async throws(APIError) in _ = try await client.page(Service.self) }
        let error = await failure { () async throws(APIError) in
            try await client.patch(
                Service.self, name: "web", namespace: "lbtest", subresource: "status", .merge([:]))
        }
        #expect(
            error?.description == "the API server does not allow us to patch services/status web in namespace lbtest; "
                + "grant 'patch' on 'services/status' in the API group ''")
        #expect(server.requests.count == 3)
    }

    @Test("an overloaded server is asked again after the time it names")
    func tooMany() async throws {
        let server = try RecordedServer([Transcript("81").exchanges[0], Transcript("15").exchanges[0]])
        let start = ContinuousClock.now
        _ = try await server.client().get(Service.self, name: "web", namespace: "lbtest")
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(server.requests.count == 2)
    }

    @Test("a token that changed is read again when the server refuses the old one")
    func tokenRotation() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/herald-token-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("one\n".utf8).write(to: URL(fileURLWithPath: path))
        let good = try Transcript("15").exchanges[0]
        let refused = try Transcript("60").exchanges[0]
        let server = try RecordedServer([good, refused, good, refused, refused])
        let client = try server.client { $0.credentials = .tokenFile(path) }
        _ = try await client.get(Service.self, name: "web")
        try Data("two\n".utf8).write(to: URL(fileURLWithPath: path))
        _ = try await client.get(Service.self, name: "web")
        #expect(server.requests.map { $0.header("Authorization") } == ["Bearer one", "Bearer one", "Bearer two"])
        let error = await failure { () async throws(APIError) in _ = try await client.get(Service.self, name: "web") }
        #expect(error?.status?.code == 401)
        #expect(server.requests.count == 5)
        #expect(error?.description.contains("two") == false)
    }

    /// A client certificate and its key in files, which hold no more than the name of the pair that they are of.
    private func withPair(
        _ body: (_ configuration: ClientConfiguration, _ replace: (String) throws -> Void) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/herald-pair-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let paths = ["certificate", "key"].map { "\(directory)/\($0)" }
        func replace(_ name: String) throws {
            for path in paths { try Data(name.utf8).write(to: URL(fileURLWithPath: path)) }
        }
        try replace("one")
        var configuration = ClientConfiguration(endpoint: HTTPEndpoint(scheme: .https, host: "localhost", port: 1))
        configuration.clientCertificate = .file(paths[0])
        configuration.clientKey = .file(paths[1])
        try await body(configuration, replace)
    }

    @Test("a pair that makes no connection is read again; while that fails it stays")
    func doubtedPair() async throws {
        try await withPair { configuration, replace in
            let session = ClientSession(configuration, pause: .zero)
            let first = try await session.connection()
            try replace("two")
            #expect(try await session.connection().number == first.number)
            await session.doubt(first)
            let second = try await session.connection()
            #expect(second.endpoint.tls.clientCertificate == Array("two".utf8))
            #expect(second.endpoint.tls.clientKey == Array("two".utf8))
            await session.doubt(first)
            #expect(try await session.connection().number == second.number)
            guard case .file(let path)? = configuration.clientKey else { return }
            try FileManager.default.removeItem(atPath: path)
            await session.doubt(second)
            #expect(try await session.connection().number == second.number)
        }
    }

    @Test("a pair is not read again for each connection that it does not make")
    func pausingPair() async throws {
        try await withPair { configuration, replace in
            let session = ClientSession(configuration, pause: .seconds(3600))
            let first = try await session.connection()
            try replace("two")
            await session.doubt(first)
            #expect(try await session.connection().number == first.number)
        }
    }

    @Test("a failed handshake has the client read its certificate and key again")
    func unusablePair() async throws {
        let server = try RecordedServer([RecordedServer.Answer]())
        try await withPair { pair, _ in
            guard case .file(let path)? = pair.clientKey else { return }
            let script = #"echo run >>"$RUNS"; echo '{"status":{"token":"t"}}'"#
            // Runs at each reading.
            let plugin = CredentialPlugin(
                apiVersion: "client.authentication.k8s.io/v1", command: "sh", arguments: ["-c", script],
                environment: ["PATH": "/bin:/usr/bin", "RUNS": path + ".runs"])
            let client = try server.client {
                $0.endpoint.scheme = .https
                $0.clientCertificate = pair.clientCertificate
                $0.clientKey = pair.clientKey
                $0.credentials = .plugin(plugin)
            }
            for _ in 0..<2 {
                let error = await failure { () async throws(APIError) in
                    _ = try await client.get(Service.self, name: "web")
                }
                guard case .transfer(let transfer)? = error?.reason else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(transfer.kind == .tls)
                try await Task.sleep(for: .milliseconds(1100))
            }
            #expect(try String(contentsOfFile: path + ".runs", encoding: .utf8) == "run\nrun\n")
        }
        #expect(server.requests.isEmpty)
    }

    @Test("a token with a line of its own is never sent")
    func badToken() async throws {
        let server = try RecordedServer([RecordedServer.Answer]())
        let client = try server.client { $0.credentials = .token("a\r\nX-Evil: b") }
        let error = await failure { () async throws(APIError) in _ = try await client.get(Service.self, name: "web") }
        guard case .transfer(let transfer)? = error?.reason else {
            Issue.record("sent")
            return
        }
        #expect(transfer.kind == .invalidRequest)
        #expect(error?.description.contains("Evil") == false)
        #expect(server.requests.isEmpty)
    }

    @Test("answers that are no objects", arguments: ["", "x", "[]", "{}", #"{"metadata":3}"#, #"{"kind":"Status"}"#])
    func nonsense(body: String) async throws {
        let server = try RecordedServer([RecordedServer.Answer(body: Array(body.utf8))])
        let client = try server.client()
        let error = await failure { () async throws(APIError) in _ = try await client.get(Service.self, name: "web") }
        guard case .unreadable? = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
