import Announcing
import FileSystem
import Foundation
import IPAM
import Kubernetes
import LoadBalancing
import Logging
import NetworkTypes
import ScriptedHTTP
import Testing

@testable import KubernetesSource

@Suite("The state file")
struct StateFileTests {
    private static func state() -> StateFile {
        var web = LoadBalancerService(key: ServiceKey(namespace: "default", name: "web"))
        (web.uid, web.createdAt, web.loadBalancerClass) = ("u1", 1_700_000_000, "herald-lb.io/herald")
        (web.labels, web.selector) = (["a": "b"], ["app": "web"])
        web.annotations = [Annotation.assigned: "192.0.2.1,2001:db8::1", Annotation.share: "k"]
        web.ports = [.init(.tcp, 80), .init(.udp, 53)]
        web.ipFamilies = [.ipv4, .ipv6]
        web.trafficPolicy = .local
        web.endpoints = .known(.init(readyNodes: ["n1"], terminatingNodes: ["n2"], hasReadyElsewhere: true))
        var node = NodeFacts(name: "n1", labels: ["x": "y"], addresses: [Objects.address("10.0.0.1")])
        node.internalAddresses = [Objects.address("10.0.0.1")]
        node.readiness = .notReady(since: 5)
        (node.isDraining, node.isDeleting) = (true, true)
        (node.isNetworkUnavailable, node.isToBeDeletedByAutoscaler) = (true, true)
        return StateFile(
            written: 1_800_000_000, server: "10.96.0.1:443",
            services: [web, LoadBalancerService(key: ServiceKey(namespace: "a", name: "b"))],
            nodes: [node, NodeFacts(name: "n0")])
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        let state = Self.state()
        let read = try StateFile(octets: state.octets())
        #expect(read.written == state.written && read.server == state.server)
        #expect(Set(read.services) == Set(state.services))
        #expect(Set(read.nodes) == Set(state.nodes))
        #expect(try read.octets() == state.octets())
    }

    @Test("what confirmed a record is kept, and a record of before that was written is confirmed")
    func confirmation() throws {
        var state = Self.state()
        let confirmed = Objects.address("192.0.2.1")
        state.services[0].writtenIngress = [confirmed]
        let octets = try state.octets()
        #expect(try StateFile(octets: octets).services.first { $0.uid == "u1" }?.confirmedAddresses == [confirmed])
        let text = String(decoding: octets, as: UTF8.self)
        let older = text.replacingOccurrences(of: #","unconfirmed":["2001:db8::1"]"#, with: "")
        #expect(older != text)
        let web = try StateFile(octets: Array(older.utf8)).services.first { $0.uid == "u1" }
        #expect(web?.confirmedAddresses.count == 2)
    }

    @Test("every cut of a file is refused, and so is one that grew")
    func cuts() throws {
        let octets = try Self.state().octets()
        for length in stride(from: 0, to: octets.count - 1, by: 7) {
            #expect(throws: StateFile.Unusable.self) { try StateFile(octets: Array(octets.prefix(length))) }
        }
        #expect(throws: StateFile.Unusable.self) { try StateFile(octets: octets + octets) }
    }

    @Test("members that are not known are passed over")
    func unknownMembers() throws {
        let text = String(decoding: try Self.state().octets(), as: UTF8.self)
            .replacingOccurrences(of: #""name":"web""#, with: #""name":"web","later":[1]"#)
        #expect(try StateFile(octets: Array(text.utf8)).services.count == 2)
    }

    @Test(
        "a file that cannot be used is refused with a sentence",
        arguments: [
            ("", "it is not the state of a cluster"), ("\u{0}\u{1}\n", "it is not the state of a cluster"),
            (#"{"herald":"other","version":1}"#, "it is not the state of a cluster"),
            (
                #"{"herald":"kubernetes-state","version":7}"#,
                "it has version 7, and this herald reads version 1 only"
            ),
            (#"{"herald":"kubernetes-state","version":1}"#, "it does not say where it comes from"),
        ])
    func refusal(text: String, sentence: String) {
        #expect(throws: StateFile.Unusable(description: sentence)) { try StateFile(octets: Array(text.utf8)) }
    }
}

@Suite("A start without the API server", .timeLimit(.minutes(1)))
struct StandInTests {
    private let directory = NSTemporaryDirectory() + "herald-state-\(UInt64.random(in: 0 ... .max))"

    private func withSource(
        _ api: SmallAPI, _ body: (KubernetesSource, SourceReader) async throws -> Void
    ) async throws {
        let settings = KubernetesSourceSettings(
            node: "a", requireEndpoints: false, watchesNodes: false, stateDirectory: directory)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let source = KubernetesSource(client: try api.client(), settings: settings, seed: 1, logger: logger)
        let reader = SourceReader()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run() }
            group.addTask { await reader.follow(source) }
            try #require(await eventually { reader.isSynchronised })
            try await body(source, reader)
            group.cancelAll()
        }
    }

    private func record(_ api: SmallAPI) async throws {
        try await withSource(api) { _, reader in #expect(reader.service("web") != nil) }
    }

    @Test("serves what was recorded, says its age, writes nothing, and is replaced by what is")
    func standIn() async throws {
        let api = try SmallAPI()
        for name in ["web", "gone", "unassigned"] { api.create(name) }
        for name in ["web", "gone"] {
            api.change(name, ["metadata": ["annotations": ["herald-lb.io/assigned": "192.0.2.1"]]])
        }
        try await record(api)
        api.setAway(true)
        let writes = api.writes().count
        try await withSource(api) { source, reader in
            #expect(reader.service("web")?.recordedAddresses == [Objects.address("192.0.2.1")])
            #expect(reader.service("gone") != nil)
            #expect(reader.service("unassigned") == nil)
            #expect(reader.problems.contains { $0.contains("recorded at") })
            let report = await source.report()
            #expect(report.isFromStateFile && !report.isReachable && report.snapshot != nil)
            var outcome = ServiceOutcome(key: ServiceKey(namespace: "default", name: "web"), uid: "uid-web")
            outcome.ingress = []
            await source.write([outcome])
            api.delete("gone")
            api.setAway(false)
            #expect(await eventually { reader.service("gone") == nil && reader.service("unassigned") != nil })
            #expect(await eventually { reader.problems.isEmpty })
            #expect(await !source.report().isFromStateFile)
            #expect(api.writes().count == writes)
        }
        try FileManager.default.removeItem(atPath: directory)
    }

    @Test("what a later version recorded is not overwritten when the API server answers")
    func laterVersion() async throws {
        let api = try SmallAPI()
        api.create("web")
        api.change("web", ["metadata": ["annotations": ["herald-lb.io/assigned": "192.0.2.1"]]])
        let later = #"{"herald":"kubernetes-state","version":2}"#
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try AtomicFile.write(Array(later.utf8), to: directory + "/kubernetes-state.jsonl")
        try await record(api)
        let aside = directory + "/kubernetes-state.jsonl.version-2"
        #expect(try String(contentsOfFile: aside, encoding: .utf8) == later)
        let written = try BoundedFile.read(directory + "/kubernetes-state.jsonl", limit: 1 << 20)
        #expect(try StateFile(octets: written).services.count == 1)
        try FileManager.default.removeItem(atPath: directory)
    }

    @Test("nor is one that is larger than any that is read")
    func tooLarge() async throws {
        let api = try SmallAPI()
        api.create("web")
        api.change("web", ["metadata": ["annotations": ["herald-lb.io/assigned": "192.0.2.1"]]])
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let path = directory + "/kubernetes-state.jsonl"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        try #require(unsafe truncate(path, off_t(StateFile.limit) + 1) == 0)
        try await record(api)
        let attributes = try FileManager.default.attributesOfItem(atPath: path + ".too-large")
        #expect(attributes[.size] as? UInt64 == UInt64(StateFile.limit) + 1)
        let written = try BoundedFile.read(path, limit: 1 << 20)
        #expect(try StateFile(octets: written).services.count == 1)
        try FileManager.default.removeItem(atPath: directory)
    }

    @Test("a state that cannot be used is a problem with its place, and nothing else", arguments: [true, false])
    func unusable(isOfAnotherServer: Bool) async throws {
        let api = try SmallAPI()
        api.create("web")
        api.change("web", ["metadata": ["annotations": ["herald-lb.io/assigned": "192.0.2.1"]]])
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let other = StateFile(written: 1, server: "192.0.2.9:6443", services: [], nodes: [])
        let octets = isOfAnotherServer ? try other.octets() : Array("x".utf8)
        try AtomicFile.write(octets, to: directory + "/kubernetes-state.jsonl")
        api.setAway(true)
        let settings = KubernetesSourceSettings(
            node: "a", requireEndpoints: false, watchesNodes: false, stateDirectory: directory)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let source = KubernetesSource(client: try api.client(), settings: settings, seed: 1, logger: logger)
        let reader = SourceReader()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await source.run() }
            group.addTask { await reader.follow(source) }
            let sentence = isOfAnotherServer ? "another API server" : "not the state of a cluster"
            #expect(await eventually { reader.problems.contains { $0.contains(sentence) } })
            #expect(!reader.isSynchronised)
            api.setAway(false)
            #expect(await eventually { reader.service("web") != nil })
            group.cancelAll()
        }
        try FileManager.default.removeItem(atPath: directory)
    }
}
