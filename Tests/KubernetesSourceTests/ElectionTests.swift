import Kubernetes
import LoadBalancing
import Logging
import NetworkTypes
import ScriptedHTTP
import ServiceLifecycle
import Testing

@testable import KubernetesSource

@Suite("Standing for election", .timeLimit(.minutes(1)))
struct ElectionTests {
    /// Runs a source of node a that stands for election, and ends it in an orderly way.
    private func withElection(
        _ api: SmallAPI, _ body: (AllocatorElection, SourceReader) async throws -> Void
    ) async throws {
        let client = try api.client()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let settings = KubernetesSourceSettings(node: "a", requireEndpoints: false, watchesNodes: false)
        let source = KubernetesSource(client: client, settings: settings, seed: 1, logger: logger)
        let election = AllocatorElection(client, source: source, identity: "a", seed: 1, logger: logger)
        let reader = SourceReader()
        let services = ServiceGroup(
            configuration: .init(services: [.init(service: source), .init(service: election)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            group.addTask { await reader.follow(source) }
            try await body(election, reader)
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
        #expect(reader.allocations == [true, false])
    }

    @Test("a node stands for election once it has read everything, and says so when it allocates")
    func election() async throws {
        let api = try SmallAPI()
        api.create("web")
        api.setAway(true)
        try await withElection(api) { election, reader in
            try await Task.sleep(for: .milliseconds(300))
            api.setAway(false)
            #expect(await eventually { reader.allocations == [true] })
            #expect(await election.leadership == .leading(unbroken: false))
            let lease = try #require(api.requests.firstIndex { $0.contains("/leases") })
            #expect(api.requests[..<lease].contains { $0.contains("/api/v1/services?") })
        }
    }

    @Test("whoever allocates after another reads first what that one wrote, though no watch has shown it yet")
    func succession() async throws {
        let api = try SmallAPI()
        api.create("web")
        api.setHolder("b")
        try await withElection(api) { _, reader in
            #expect(await eventually { reader.isSynchronised })
            try #require(await eventually { api.requests.contains { $0.contains("/leases") } })
            let record = ["metadata": ["annotations": ["herald-lb.io/assigned": "192.0.2.7"]]]
            api.change("web", record, silently: true)
            api.setHolder("")
            #expect(await eventually { reader.allocations == [true] })
            // Told with or before it.
            #expect(reader.service("web")?.recordedAddresses == [Objects.address("192.0.2.7")])
        }
    }

    @Test("a node that allocated when it ended goes on without reading everything twice")
    func resumption() async throws {
        let api = try SmallAPI()
        api.create("web")
        api.setHolder("a")
        try await withElection(api) { election, reader in
            #expect(await eventually { reader.allocations == [true] })
            #expect(await election.leadership == .leading(unbroken: true))
            let readings = api.requests.count { $0.contains("/api/v1/services?") && $0.contains("sendInitialEvents") }
            #expect(readings == 1)
        }
    }
}
