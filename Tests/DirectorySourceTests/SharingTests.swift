import Announcing
import IPAM
import LoadBalancing
import NetworkTypes
import Testing

@testable import DirectorySource

@Suite("Directory source: manifests on several nodes", .timeLimit(.minutes(1)))
struct SharingTests {
    private let workspace: Workspace
    private let timing = DirectorySource.Timing(
        quiet: .milliseconds(2), patience: .milliseconds(60), rescan: .seconds(30), manifestPatience: .milliseconds(150)
    )

    init() throws {
        workspace = try Workspace()
        for name in ["one", "two"] { try workspace.write(manifest(name), to: "manifests/\(name).yaml") }
    }

    private func records(_ texts: [String: String]) throws -> [ServiceKey: SharedAllocation.Record] {
        var records: [ServiceKey: SharedAllocation.Record] = [:]
        for (name, text) in texts { records[key(name)] = .init(text.isEmpty ? [] : [try address(text)]) }
        return records
    }

    /// The newest that the source has told of what is recorded, once it is this.
    private func expectTold(_ expected: [ServiceKey: SharedAllocation.Record], by source: DirectorySource) async {
        for await records in source.records where records == expected { return }
        Issue.record("\(expected) was not told")
    }

    @Test("a node that follows has what the allocating one recorded, keeps it, and tells it on")
    func following() async throws {
        try await withSource(workspace, isShared: true, timing: timing) { source, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.record("one") == nil)
            let given = try records(["one": "10.0.0.1", "two": ""])
            await source.follow(SharedAllocation(allocator: .node("b"), records: given))
            try await eventually { view.record("one") == "10.0.0.1" && view.now.isAllocator == false }
            #expect(view.now.waiting?.sentence.contains("node b allocates") == true)
            try await eventually { workspace.state(of: "one")?.record.map(\.description) == ["10.0.0.1"] }
            await expectTold(given, by: source)
            // Another address there is another here.
            await source.follow(
                SharedAllocation(allocator: .node("b"), records: try records(["one": "10.0.0.2", "two": "10.0.0.1"])))
            try await eventually { workspace.state(of: "two")?.record.map(\.description) == ["10.0.0.1"] }
            #expect(view.record("one") == "10.0.0.2")
            // Why there is none, in the words of that node.
            let full = Obstacle(reason: "PoolFull", sentence: "nothing is free")
            var refused = try records(["one": "10.0.0.2"])
            refused[key("two")] = .init([], obstacle: full)
            await source.follow(SharedAllocation(allocator: .node("b"), records: refused))
            try await eventually { view.now.services[key("two")]?.refusal == full && view.record("two") == nil }
            await source.follow(
                SharedAllocation(allocator: .node("b"), records: try records(["one": "10.0.0.2", "two": "10.0.0.1"])))
            try await eventually { workspace.state(of: "two")?.record.map(\.description) == ["10.0.0.1"] }
            while await !source.pending.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            #expect(await source.unkept.isEmpty)
        }
        // A start without the others goes by what was kept.
        try await withSource(workspace, isShared: true, timing: timing) { _, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.record("one") == "10.0.0.2" && view.record("two") == "10.0.0.1")
        }
    }

    @Test("a node that begins to allocate takes up what the nodes had before it gives anything away")
    func beginning() async throws {
        try await withSource(workspace, isShared: true, timing: timing) { source, view in
            try await eventually { view.now.isSynchronised }
            await source.follow(SharedAllocation(allocator: .own, records: try records(["one": "10.0.0.7"])))
            try await eventually { view.now.isAllocator == true }
            #expect(view.record("one") == "10.0.0.7", "in the same batch, or before")
            #expect(view.record("two") == nil && view.now.waiting == nil)
            await source.write([
                outcome("one", record: [try address("10.0.0.7")]), outcome("two", record: [try address("10.0.0.8")]),
            ])
            try await eventually { view.record("two") == "10.0.0.8" }
            await expectTold(try records(["one": "10.0.0.7", "two": "10.0.0.8"]), by: source)
            // What it takes back stays taken back, whatever others once had, and why is told on.
            await source.write([
                outcome("one", record: [], conditions: [condition(.allocated, false, "PoolFull")])
            ])
            try await eventually { view.record("one") == nil }
            var given = try records(["one": "", "two": "10.0.0.8"])
            given[key("one")]?.obstacle = Obstacle(reason: "PoolFull", sentence: "a sentence")
            await expectTold(given, by: source)
        }
    }

    @Test("a Service that the allocating node does not know is told after a while, until it does")
    func missing() async throws {
        try await withSource(workspace, isShared: true, timing: timing) { source, view in
            try await eventually { view.now.isSynchronised }
            await source.follow(SharedAllocation(allocator: .node("b"), records: try records(["one": "10.0.0.1"])))
            try await eventually { view.record("one") == "10.0.0.1" }
            #expect(view.now.problems == [])
            try await eventually {
                view.now.problems == [
                    "node b, which allocates, has no manifest of Service default/two, so that it gets no address; put "
                        + "the same manifests on every node"
                ]
            }
            await source.follow(
                SharedAllocation(allocator: .node("b"), records: try records(["one": "10.0.0.1", "two": ""])))
            try await eventually { view.now.problems == [] }
        }
    }

    @Test("a source that is not shared gives addresses away by itself")
    func alone() async throws {
        try await withSource(workspace, timing: timing) { source, view in
            try await eventually { view.now.isSynchronised }
            await source.follow(SharedAllocation(allocator: .node("b"), records: try records(["one": "10.0.0.1"])))
            await source.write([outcome("one", record: [try address("10.0.0.9")])])
            try await eventually { view.record("one") == "10.0.0.9" }
            #expect(view.now.isAllocator == nil)
        }
    }
}
