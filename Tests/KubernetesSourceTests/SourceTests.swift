import Announcing
import IPAM
import Kubernetes
import LoadBalancing
import Logging
import NIOConcurrencyHelpers
import NetworkTypes
import ScriptedHTTP
import ServiceLifecycle
import Testing

@testable import KubernetesSource

@Suite("The source and an API server", .timeLimit(.minutes(1)))
struct SourceTests {
    private func withSource(
        _ api: SmallAPI, isAllocator: Bool = true,
        _ body: (KubernetesSource, SourceReader) async throws -> Void
    ) async throws {
        let settings = KubernetesSourceSettings(node: "a", requireEndpoints: false, watchesNodes: false)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let source = KubernetesSource(client: try api.client(), settings: settings, seed: 1, logger: logger)
        await source.setAllocator(isAllocator)
        let reader = SourceReader()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run() }
            group.addTask { await reader.follow(source) }
            try #require(await eventually { reader.isSynchronised })
            try await body(source, reader)
            group.cancelAll()
        }
    }

    private func outcome(
        _ name: String, record: String? = nil, ingress: [String]? = nil, announced: Bool? = nil
    ) -> ServiceOutcome {
        var outcome = ServiceOutcome(key: ServiceKey(namespace: "default", name: name), uid: "uid-\(name)")
        outcome.record = record.map { [Objects.address($0)] }
        outcome.ingress = ingress?.map(Objects.address)
        outcome.conditions = announced.map {
            [.init(kind: .announced, isTrue: $0, reason: "R", message: "m", observedGeneration: 1)]
        }
        return outcome
    }

    @Test("a record is written, is a fact by the answer, and with the status it takes two writes")
    func life() async throws {
        let api = try SmallAPI()
        api.create("web")
        try await withSource(api) { source, reader in
            #expect(reader.service("web") != nil)
            await source.write([outcome("web", record: "192.0.2.1", ingress: [], announced: false)])
            let address = Objects.address("192.0.2.1")
            #expect(await eventually { reader.service("web")?.recordedAddresses == [address] })
            #expect(reader.service("web")?.loadBalancerIP == "192.0.2.1")
            await source.write([outcome("web", record: "192.0.2.1", ingress: ["192.0.2.1"], announced: true)])
            #expect(await eventually { reader.service("web")?.writtenIngress == [address] })
            #expect(api.text("web").contains(#""ipMode":"VIP""#))
            #expect(api.writes().count == 2)
            await source.write([outcome("web", record: "192.0.2.1", ingress: ["192.0.2.1"], announced: true)])
            await source.publish([
                ServiceEvent(
                    service: ServiceKey(namespace: "default", name: "web"), uid: "uid-web", reason: .announcing,
                    message: "announcing it")
            ])
            #expect(await eventually { api.events.count == 1 })
            #expect(api.events.first?.contains(#""type":"Normal""#) == true)
            #expect(api.writes().count == 2)
        }
    }

    @Test("what only informs is written, after a moment")
    func informing() async throws {
        let api = try SmallAPI()
        api.create("web")
        try await withSource(api) { source, _ in
            await source.write([outcome("web", ingress: [], announced: false)])
            #expect(await eventually { api.text("web").contains("herald-lb.io/Announced") })
            #expect(api.writes().count == 1)
        }
    }

    @Test("a conflict is read, decided anew, and written; what others wrote stays")
    func conflict() async throws {
        let api = try SmallAPI()
        api.create("web")
        try await withSource(api) { source, _ in
            api.change("web", ["metadata": ["annotations": ["x/y": "z"]]], silently: true)
            await source.write([outcome("web", record: "192.0.2.1")])
            #expect(await eventually { api.text("web").contains(#""herald-lb.io/assigned":"192.0.2.1""#) })
            #expect(api.text("web").contains(#""x/y":"z""#))
            #expect(api.writes().count == 2)
        }
    }

    @Test("hundreds of Services are written to, each twice at most")
    func many() async throws {
        let api = try SmallAPI()
        let names = (0..<300).map { "s\($0)" }
        for name in names { api.create(name) }
        try await withSource(api) { source, _ in
            await source.write(names.map { outcome($0, record: "192.0.2.1", ingress: ["192.0.2.1"], announced: true) })
            #expect(await eventually { names.allSatisfy { api.text($0).contains("ipMode") } })
            #expect(api.writes().count == 2 * names.count)
        }
    }

    @Test("Events come after the writes that they tell of, however many there are")
    func eventsLast() async throws {
        let api = try SmallAPI()
        let names = (0..<100).map { "web-\($0)" }
        for name in names { api.create(name) }
        try await withSource(api) { source, _ in
            await source.write(names.map { outcome($0, record: "192.0.2.1") })
            await source.publish(
                names.map { name in
                    ServiceEvent(
                        service: ServiceKey(namespace: "default", name: name), uid: "uid-\(name)",
                        reason: .addressAllocated, message: "gave it 192.0.2.1")
                })
            #expect(await eventually { api.events.count == names.count })
            let requests = api.requests
            let lastWrite = try #require(requests.lastIndex { $0.hasPrefix("PATCH") })
            let firstEvent = try #require(requests.firstIndex { $0.hasPrefix("POST") })
            #expect(lastWrite < firstEvent)
            #expect(api.writes().count == names.count)
        }
    }

    @Test("the API away changes nothing; when it is back, the newest outcome is written once")
    func away() async throws {
        let api = try SmallAPI()
        api.create("web")
        try await withSource(api) { source, reader in
            api.setAway(true)
            #expect(await eventually { !reader.problems.isEmpty })
            #expect(reader.service("web") != nil)
            for last in 1...5 { await source.write([outcome("web", record: "192.0.2.\(last)")]) }
            api.setAway(false)
            #expect(await eventually { api.text("web").contains("192.0.2.5") })
            #expect(api.writes().count == 1)
            api.create("new")
            #expect(await eventually { reader.service("new") != nil })
            #expect(await eventually { reader.problems.isEmpty })
        }
    }

    @Test("a permission that is missing is one sentence and few requests, however many Services need it")
    func forbidden() async throws {
        let api = try SmallAPI()
        let names = (0..<200).map { "web-\($0)" }
        for name in names { api.create(name) }
        try await withSource(api) { source, reader in
            api.forbid("/status")
            await source.write(names.map { outcome($0, ingress: ["192.0.2.1"], announced: true) })
            let sentence =
                "the API server does not allow us to patch services/status in namespace default; "
                + "grant 'patch' on 'services/status' in the API group ''"
            #expect(await eventually { reader.problems == [sentence] })
            try await Task.sleep(for: .milliseconds(1500))
            #expect(api.writes().count <= PendingWrites.mostInFlight + 4)
            api.forbid(nil)
            #expect(await eventually { names.allSatisfy { api.text($0).contains("192.0.2.1") } })
            #expect(await eventually { reader.problems.isEmpty })
        }
    }

    @Test("a Service of which something else is decided again and again is nobody's fight")
    func busy() async throws {
        let api = try SmallAPI()
        api.create("web")
        try await withSource(api) { source, reader in
            for number in 1...12 {
                await source.write([outcome("web", record: "192.0.2.\(number)")])
                if number <= 10 { #expect(await eventually { api.writes().count >= number }) }
            }
            try await Task.sleep(for: .milliseconds(500))
            #expect(reader.problems == [])
        }
    }

    @Test("what is left on a Service that stopped being a load balancer while nobody allocated is removed")
    func sweeping() async throws {
        let api = try SmallAPI()
        api.create("web", spec: ["type": "ClusterIP", "loadBalancerIP": "192.0.2.1"])
        api.create("other", spec: ["type": "ClusterIP", "loadBalancerIP": "192.0.2.9"])
        api.change(
            "web",
            [
                "metadata": ["annotations": ["herald-lb.io/assigned": "192.0.2.1", "x/y": "z"]],
                "status": ["conditions": [["type": "herald-lb.io/Announced", "status": "True"]]],
            ])
        api.hide(["web", "other"])
        try await withSource(api) { _, _ in
            #expect(await eventually { !api.text("web").contains("herald-lb.io") })
            #expect(await eventually { api.text("web").contains(#""conditions":[]"#) })
            #expect(!api.text("web").contains("192.0.2.1"))
            #expect(api.text("web").contains(#""x/y":"z""#))
            #expect(api.text("other").contains("192.0.2.9"))
            #expect(api.writes().count == 2)
        }
    }

    @Test("a Service that stops being a load balancer while the watch is interrupted loses what herald wrote")
    func sweepingAfterListing() async throws {
        let api = try SmallAPI()
        api.create("web")
        try await withSource(api) { source, reader in
            await source.write([outcome("web", record: "192.0.2.1", ingress: ["192.0.2.1"], announced: true)])
            #expect(await eventually { reader.service("web")?.writtenIngress.isEmpty == false })
            api.setAway(true)
            api.change("web", ["spec": ["type": "ClusterIP"]], silently: true)
            api.hide(["web"])
            api.compact()
            api.setAway(false)
            #expect(await eventually { reader.service("web") == nil })
            #expect(await eventually { !api.text("web").contains("herald-lb.io/assigned") })
            #expect(await eventually { api.text("web").contains(#""conditions":[]"#) })
        }
    }

    @Test("a Service that changes its type loses what herald wrote, if we allocate", arguments: [true, false])
    func leaving(isAllocator: Bool) async throws {
        let api = try SmallAPI()
        api.create("web")
        try await withSource(api, isAllocator: isAllocator) { source, reader in
            await source.write([outcome("web", record: "192.0.2.1", ingress: ["192.0.2.1"], announced: true)])
            #expect(await eventually { reader.service("web")?.writtenIngress.isEmpty == false })
            api.change("web", ["spec": ["type": "ClusterIP"]])
            #expect(await eventually { reader.service("web") == nil })
            if isAllocator {
                #expect(await eventually { !api.text("web").contains("herald-lb.io") })
                #expect(!api.text("web").contains("192.0.2.1"))
            } else {
                #expect(api.text("web").contains("herald-lb.io/assigned"))
            }
        }
    }

    @Test("what is decided for a Service that has just changed its type does not keep it from being tidied up")
    func lateOutcome() async throws {
        let api = try SmallAPI()
        api.create("web")
        try await withSource(api) { source, reader in
            let decided = outcome("web", record: "192.0.2.1", ingress: ["192.0.2.1"], announced: true)
            await source.write([decided])
            #expect(await eventually { reader.service("web")?.writtenIngress.isEmpty == false })
            api.setBusy(true)
            api.change("web", ["spec": ["type": "ClusterIP"]])
            #expect(await eventually { reader.service("web") == nil })
            #expect(await eventually { api.writes("GET").contains { $0.contains("/services/web") } })
            await source.write([decided])
            api.setBusy(false)
            #expect(await eventually { !api.text("web").contains("herald-lb.io") })
            #expect(!api.text("web").contains("192.0.2.1"))
        }
    }

    @Test("the cleanup finalizer is taken from a Service that is being deleted")
    func finalizer() async throws {
        let api = try SmallAPI()
        api.create("web", spec: ["loadBalancerClass": "herald-lb.io/herald"])
        try await withSource(api) { _, _ in
            api.change(
                "web",
                [
                    "metadata": [
                        "deletionTimestamp": "2026-01-01T00:00:00Z",
                        "finalizers": ["service.kubernetes.io/load-balancer-cleanup", "a/b"],
                    ]
                ])
            #expect(await eventually { api.text("web").contains(#""finalizers":["a/b"]"#) })
        }
    }

    @Test("namespaces are watched from when a pool selects by them, and are known before the pools change")
    func namespaces() async throws {
        let api = try SmallAPI()
        try await withSource(api) { source, _ in
            #expect(!api.requests.contains { $0.contains("/api/v1/namespaces?") })
            var settings = KubernetesSourceSettings(node: "a", requireEndpoints: false, watchesNodes: false)
            settings.watchesNamespaces = true
            await source.configure(settings)
            #expect(await source.view.has(.namespaces))
        }
    }

    @Test("a node without an address is a problem for as long as the configuration has nodes talk to it")
    func silentNode() async throws {
        let api = try SmallAPI()
        let node: Kubernetes.Node = try Objects.decode(#"{"metadata":{"name":"b"}}"#)
        try await withSource(api) { source, reader in
            await source.receive(.put(node), .nodes) { $0.take($1) }
            var settings = KubernetesSourceSettings(node: "a", requireEndpoints: false, watchesNodes: false)
            for needsAddresses in [true, false, true] {
                settings.needsNodeAddresses = needsAddresses
                await source.configure(settings)
                #expect(await eventually { reader.problems.count == (needsAddresses ? 1 : 0) })
            }
            #expect(reader.problems.first?.hasPrefix("no IP address is in the status of node b") == true)
        }
    }

    @Test("a node that the cluster does not know is a problem")
    func strangeNode() async throws {
        let api = try SmallAPI()
        let settings = KubernetesSourceSettings(node: "stranger", requireEndpoints: false)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let source = KubernetesSource(client: try api.client(), settings: settings, seed: 1, logger: logger)
        let reader = SourceReader()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await source.run() }
            group.addTask { await reader.follow(source) }
            #expect(await eventually { reader.problems.contains { $0.contains("no node 'stranger'") } })
            group.cancelAll()
        }
    }

    @Test("graceful shutdown writes what is pending")
    func shutdown() async throws {
        let api = try SmallAPI()
        api.create("web")
        let settings = KubernetesSourceSettings(node: "a", requireEndpoints: false, watchesNodes: false)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let source = KubernetesSource(client: try api.client(), settings: settings, seed: 1, logger: logger)
        let reader = SourceReader()
        let services = ServiceGroup(configuration: .init(services: [.init(service: source)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            group.addTask { await reader.follow(source) }
            try #require(await eventually { reader.isSynchronised })
            await source.write([outcome("web", ingress: [], announced: false)])
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
        #expect(api.text("web").contains("herald-lb.io/Announced"))
    }
}
