import FileSystem
import LoadBalancing
import Testing

@testable import DirectorySource

@Suite("Directory source: manifests", .timeLimit(.minutes(1)))
struct ManifestWatchTests {
    private let workspace: Workspace

    init() throws {
        workspace = try Workspace()
    }

    @Test("Services, namespaces and problems are posted, then changes as files come, change and go")
    func changes() async throws {
        try workspace.write(manifest("one"), to: "manifests/a.yaml")
        try workspace.write("not: [", to: "manifests/.hidden.yaml")
        try workspace.write("not: [", to: "manifests/a.yaml~")
        try workspace.write("not: [", to: "manifests/readme.txt")
        try await withSource(workspace, namespaces: ["default": ["team": "red"]]) { _, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.names == ["one"])
            #expect(view.now.namespaces == ["default": ["team": "red"]])
            #expect(view.now.batches == 1)
            try workspace.write(manifest("one", port: 81), to: "manifests/a.yaml")
            try await eventually { view.port("one") == 81 }
            try workspace.write(manifest("two"), to: "manifests/b.yml")
            let json = #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"three"}}"#
            try workspace.write(json, to: "manifests/c.json")
            try await eventually { view.names == ["one", "three", "two"] }
            try AtomicFile.write(Array(manifest("one", port: 82).utf8), to: workspace("manifests/a.yaml"))
            try await eventually { view.port("one") == 82 }
            try workspace.remove("manifests/b.yml")
            try workspace.write(manifest("four"), to: "manifests/c.json")
            try await eventually { view.names == ["four", "one"] }
            #expect(view.now.problems.isEmpty)
        }
    }

    @Test("a Service that moves to another file, by way of none, is never gone")
    func moves() async throws {
        try workspace.write(manifest("one"), to: "manifests/a.yaml")
        var timing = DirectorySource.Timing(quiet: .milliseconds(2))
        timing.patience = .seconds(30)
        try await withSource(workspace, timing: timing) { _, view in
            try await eventually { view.now.isSynchronised }
            try workspace.rename("manifests/a.yaml", to: "manifests/a.yaml~")
            try workspace.write(manifest("marker"), to: "manifests/marker.yaml")
            try await eventually { view.names == ["marker", "one"] }
            try workspace.write(manifest("one", port: 81), to: "manifests/b.yaml")
            try await eventually { view.port("one") == 81 }
            #expect(view.now.facts == 3)
        }
    }

    @Test("what is broken keeps its last good state and is told with its place; the others go on")
    func broken() async throws {
        try workspace.write(manifest("one") + "---\n" + manifest("two"), to: "manifests/a.yaml")
        try workspace.write(manifest("three"), to: "manifests/b.yaml")
        try await withSource(workspace) { _, view in
            try await eventually { view.now.isSynchronised }
            let half = manifest("one", port: 81) + "---\n" + manifest("two", port: 0)
            try workspace.write(half, to: "manifests/a.yaml")
            try await eventually { view.port("one") == 81 }
            #expect(view.port("two") == 80)
            #expect(
                view.now.problems.map { $0.hasPrefix(workspace("manifests/a.yaml:9:43: error: 'spec.ports[0].port'")) }
                    == [true])
            try workspace.write("{", to: "manifests/a.yaml")
            try await eventually { view.now.problems.first?.contains("'spec.ports[0].port'") == false }
            try workspace.write("", to: "manifests/a.yaml")
            try await eventually { view.now.problems.first?.contains("is empty") == true }
            try workspace.write(manifest("three", port: 81), to: "manifests/b.yaml")
            try await eventually { view.port("three") == 81 }
            #expect(view.names == ["one", "three", "two"])
            try workspace.write(manifest("two", port: 82), to: "manifests/a.yaml")
            try await eventually { view.names == ["three", "two"] }
            #expect(view.port("two") == 82)
            #expect(view.now.problems.isEmpty)
        }
    }

    @Test("of two definitions the first by file name counts, and the problem names both places")
    func duplicate() async throws {
        try workspace.write(manifest("one", port: 2), to: "manifests/b.yaml")
        try await withSource(workspace) { _, view in
            try await eventually { view.now.isSynchronised }
            try workspace.write("\n" + manifest("one", port: 1), to: "manifests/a.yaml")
            try await eventually { view.port("one") == 1 }
            let second = workspace("manifests/b.yaml:1:1")
            let first = workspace("manifests/a.yaml:2:1")
            let sentence =
                "\(second): error: the Service default/one is written twice, first at \(first); keep one of them"
            try await eventually { view.now.problems == [sentence] }
            try workspace.remove("manifests/a.yaml")
            try await eventually { view.port("one") == 2 && view.now.problems.isEmpty }
        }
    }

    @Test("a directory that is missing, or goes, takes no Service with it; one that is empty does")
    func directoryGoes() async throws {
        try workspace.remove("manifests")
        try await withSource(workspace) { _, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.now.problems.count == 1)
            try workspace.makeDirectory("other")
            try workspace.write(manifest("one"), to: "other/a.yaml")
            try workspace.rename("other", to: "manifests")
            try await eventually { view.names == ["one"] && view.now.problems.isEmpty }
            try workspace.rename("manifests", to: "away")
            try await eventually { view.now.problems.count == 1 }
            #expect(view.names == ["one"])
            try workspace.write("a file", to: "manifests")
            try await eventually { view.now.problems.first?.contains("Not a directory") == true }
            #expect(view.names == ["one"])
            try workspace.remove("manifests")
            try workspace.makeDirectory("manifests")
            try await eventually { view.names.isEmpty }
            #expect(view.now.problems.first?.contains("there is no manifest") == true)
        }
    }

    @Test("a file that cannot be read keeps its Services until it can, or is gone")
    func unreadableFile() async throws {
        try workspace.write(manifest("one"), to: "manifests/a.yaml")
        try workspace.write(manifest("two"), to: "manifests/b.yaml")
        try await withSource(workspace) { _, view in
            try await eventually { view.now.isSynchronised }
            try workspace.remove("manifests/a.yaml")
            try workspace.link("manifests/a.yaml", to: "nowhere")
            try workspace.remove("manifests/b.yaml")
            try workspace.makeDirectory("manifests/b.yaml")
            try await eventually { view.now.problems.count == 2 }
            try workspace.write(manifest("three"), to: "manifests/c.yaml")
            try await eventually { view.names == ["one", "three", "two"] }
            try workspace.remove("manifests/a.yaml")
            try workspace.remove("manifests/b.yaml")
            try await eventually { view.names == ["three"] && view.now.problems.isEmpty }
        }
    }

    @Test("a mounted ConfigMap is followed through its swap")
    func configMap() async throws {
        try workspace.makeDirectory("manifests/..1")
        try workspace.write(manifest("one"), to: "manifests/..1/a.yaml")
        try workspace.link("manifests/..data", to: "..1")
        try workspace.link("manifests/a.yaml", to: "..data/a.yaml")
        try await withSource(workspace) { _, view in
            try await eventually { view.names == ["one"] }
            try workspace.makeDirectory("manifests/..2")
            try workspace.write(manifest("one", port: 81), to: "manifests/..2/a.yaml")
            try workspace.link("manifests/..data_tmp", to: "..2")
            try workspace.rename("manifests/..data_tmp", to: "manifests/..data")
            try await eventually { view.port("one") == 81 }
            #expect(view.now.problems.isEmpty)
        }
    }

    @Test("what others write of the record into a manifest is no record")
    func foreignRecord() async throws {
        let annotations = ", annotations: {herald-lb.io/assigned: 10.0.0.9, herald-lb.io/pool: edge}"
        try workspace.write(manifest("one", extra: annotations), to: "manifests/a.yaml")
        try await withSource(workspace) { _, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.now.services[key("one")]?.annotations == [Annotation.pool: "edge"])
        }
    }
}
