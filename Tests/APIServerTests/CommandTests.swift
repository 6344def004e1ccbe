import Foundation
import HTTPTransfer
import Testing

@testable import APIServer

/// What goes wrong on command goes wrong as ordered, over both versions of HTTP, and no further.
@Suite("Faults on command", .timeLimit(.minutes(1)))
struct CommandTests {
    private static let services = "/api/v1/services"

    private func withWorld(offersHTTP2: Bool, _ body: (World) async throws -> Void) async throws {
        let world = try await World.make(offersHTTP2: offersHTTP2)
        do { try await body(world) } catch {
            await world.close()
            throw error
        }
        await world.close()
    }

    @Test(
        "a request ends without an answer, or in the middle of one", arguments: [true, false],
        [
            "cut", "wrongLength", "halfChunk",
        ])
    func broken(offersHTTP2: Bool, action: String) async throws {
        try await withWorld(offersHTTP2: offersHTTP2) { world in
            try await world.command("faults", ["action": .string(action), "verb": "list"])
            await #expect(throws: TransferError.self) {
                _ = try await world.send("GET", Self.services).body.collect(upTo: 1 << 20)
            }
            #expect(try await world.send("GET", Self.services).status == 200)
        }
    }

    @Test("a status is answered as often as ordered, to the requests named")
    func statuses() async throws {
        try await withWorld(offersHTTP2: true) { world in
            try await world.command(
                "faults",
                ["action": "status", "code": 503, "retryAfter": 7, "resource": "services", "count": 2])
            #expect(try await world.send("GET", "/api/v1/nodes").status == 200)
            for _ in 0..<2 {
                let response = try await world.send("GET", Self.services)
                #expect(response.status == 503 && response.headers["retry-after"] == "7")
            }
            #expect(try await world.send("GET", Self.services).status == 200)
        }
    }

    @Test("an answer is late, or garbage")
    func lateAndGarbage() async throws {
        try await withWorld(offersHTTP2: true) { world in
            try await world.command("faults", ["action": "delay", "milliseconds": 200])
            let start = ContinuousClock.now
            #expect(try await world.send("GET", Self.services).status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(200))
            try await world.command("faults", ["action": "garbage"])
            let octets = try await world.send("GET", Self.services).body.collect(upTo: 1 << 20)
            #expect(throws: JSONReader.Fault.self) { try JSONReader.read(octets) }
        }
    }

    @Test("a user is denied what is named, and allowed again")
    func denial() async throws {
        try await withWorld(offersHTTP2: true) { world in
            try await world.fill(without: [])
            let rules: JSON = [["apiGroups": [""], "resources": ["services"], "verbs": ["list", "watch"]]]
            let roles = "/apis/rbac.authorization.k8s.io/v1"
            _ = try await world.json("POST", "\(roles)/clusterroles", ["metadata": ["name": "r"], "rules": rules])
            _ = try await world.json(
                "POST", "\(roles)/clusterrolebindings",
                [
                    "metadata": ["name": "b"], "roleRef": ["kind": "ClusterRole", "name": "r"],
                    "subjects": [["kind": "ServiceAccount", "name": "nobody", "namespace": "lbtest"]],
                ])
            #expect(try await world.send("GET", Self.services, as: .nobody).status == 200)
            #expect(try await world.send("GET", "/api/v1/nodes", as: .nobody).status == 403)
            try await world.command("deny", ["verb": "list", "resource": "services"])
            #expect(try await world.send("GET", Self.services, as: .nobody).status == 403)
            #expect(try await world.send("GET", Self.services).status == 200)
            try await world.command("allow")
            #expect(try await world.send("GET", Self.services, as: .nobody).status == 200)
        }
    }

    @Test("the server leaves and comes back at the same port, with all that it knew", arguments: [true, false])
    func leaving(offersHTTP2: Bool) async throws {
        try await withWorld(offersHTTP2: offersHTTP2) { world in
            try await world.fill(without: [])
            let before = try await world.revision()
            try await world.command("leave")
            await #expect(throws: TransferError.self) { _ = try await world.send("GET", Self.services) }
            try await world.command("return")
            var status = 0
            for _ in 0..<100 where status != 200 {
                status = (try? await world.send("GET", Self.services).status) ?? 0
                if status != 200 { try await Task.sleep(for: .milliseconds(10)) }
            }
            #expect(try await world.revision() == before)
        }
    }

    @Test("a page that goes on is consistent, whatever happens meanwhile")
    func pages() async throws {
        try await withWorld(offersHTTP2: true) { world in
            try await world.fill(without: [])
            let first = try await world.json("GET", "\(World.services)?limit=2")
            _ = try await world.json("DELETE", "\(World.services)/web-udp")
            _ = try await world.json("POST", World.services, World.service("zz-new"))
            let token = try #require(first[path: "metadata", "continue"]?.string)
            let rest = try await world.json("GET", "\(World.services)?limit=100&continue=\(token)")
            let names = (rest["items"]?.array ?? []).compactMap { $0[path: "metadata", "name"]?.string }
            #expect(names.contains("web-udp") && !names.contains("zz-new"))
            #expect(names.count + 2 == 7)
        }
    }

    @Test("200 requests at a time are answered each with its own")
    func crowd() async throws {
        try await withWorld(offersHTTP2: true) { world in
            try await world.fill(without: [])
            let names = ["plain", "web", "web-class", "web-dual", "web-local", "web-nonp", "web-udp"]
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    let name = names[number % names.count]
                    group.addTask {
                        try await world.json("GET", "\(World.services)/\(name)")[path: "metadata", "name"]?.string
                            == name
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }
}
