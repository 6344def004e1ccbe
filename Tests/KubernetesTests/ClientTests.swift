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
