import FileSystem
import IPAM
import LoadBalancing
import NetworkTypes
import Synchronization
import Testing

@testable import DirectorySource

@Suite("Directory source: state files", .timeLimit(.minutes(1)))
struct StateFileTests {
    private let workspace: Workspace

    init() throws {
        workspace = try Workspace()
    }

    /// Leaves records behind, as a process that was shut down.
    private func prepare(_ records: [String: String]) async throws {
        for name in records.keys { try workspace.write(manifest(name), to: "manifests/\(name).yaml") }
        try await withSource(workspace) { source, view in
            try await eventually { view.now.isSynchronised }
            await source.write(try records.map { outcome($0.key, record: [try address($0.value)]) })
            try await eventually { records.allSatisfy { view.record($0.key) == $0.value } }
        }
    }

    @Test("a record is written and comes back with the Service; what was written is a Service to read")
    func record() async throws {
        try workspace.write(manifest("one"), to: "manifests/a.yaml")
        try await withSource(workspace) { source, view in
            try await eventually { view.now.isSynchronised }
            let both = [try address("10.0.0.1"), try address("fd00::1")]
            await source.write([
                outcome("one", record: both, ingress: [], conditions: [condition(.allocated, true, "AddressAllocated")])
            ])
            try await eventually { view.record("one") == "10.0.0.1,fd00::1" }
            #expect(view.now.services[key("one")]?.recordedAddresses == both)
            workspace.now.store(1_700_000_100, ordering: .relaxed)
            await source.write([
                outcome(
                    "one", ingress: both,
                    conditions: [condition(.announced, true), condition(.allocated, true, "Other")])
            ])
            try await eventually { workspace.state(of: "one")?.ingress == both }
            #expect(
                workspace.text(workspace.stateFile("one")) == """
                    {
                      "apiVersion" : "v1",
                      "kind" : "Service",
                      "metadata" : {
                        "annotations" : {
                          "herald-lb.io/assigned" : "10.0.0.1,fd00::1"
                        },
                        "name" : "one",
                        "namespace" : "default"
                      },
                      "spec" : {
                        "externalTrafficPolicy" : "Cluster",
                        "ipFamilyPolicy" : "SingleStack",
                        "ports" : [
                          {
                            "port" : 80,
                            "protocol" : "TCP"
                          }
                        ],
                        "type" : "LoadBalancer"
                      },
                      "status" : {
                        "conditions" : [
                          {
                            "lastTransitionTime" : "2023-11-14T22:13:20Z",
                            "message" : "a sentence",
                            "observedGeneration" : 0,
                            "reason" : "Other",
                            "status" : "True",
                            "type" : "herald-lb.io/Allocated"
                          },
                          {
                            "lastTransitionTime" : "2023-11-14T22:15:00Z",
                            "message" : "a sentence",
                            "observedGeneration" : 0,
                            "reason" : "Some",
                            "status" : "True",
                            "type" : "herald-lb.io/Announced"
                          }
                        ],
                        "loadBalancer" : {
                          "ingress" : [
                            {
                              "ip" : "10.0.0.1",
                              "ipMode" : "VIP"
                            },
                            {
                              "ip" : "fd00::1",
                              "ipMode" : "VIP"
                            }
                          ]
                        }
                      }
                    }

                    """)
            await source.write([outcome("one", record: [], ingress: [], conditions: [])])
            try await eventually { view.record("one") == nil }
            #expect(workspace.text(workspace.stateFile("one")) == nil)
        }
    }

    @Test("records are there before the source is synchronised, and a restart rewrites nothing")
    func restart() async throws {
        let records = ["one": "10.0.0.1", "two": "10.0.0.2", "three": "10.0.0.3"]
        try await prepare(records)
        let before = try workspace.stamps()
        #expect(before.count == 3)
        try await withSource(workspace) { source, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.now.batches == 1)
            for (name, record) in records { #expect(view.record(name) == record) }
            await source.write(try records.map { outcome($0.key, record: [try address($0.value)], ingress: []) })
            await source.write([outcome("none", record: [try address("10.0.0.9")])])
            try workspace.write(manifest("marker"), to: "manifests/z.yaml")
            try await eventually { view.names.contains("marker") }
            #expect(view.now.facts == 4)
        }
        #expect(try workspace.stamps() == before)
    }

    @Test("shutting down writes what is left and clears statuses; the records stay")
    func shutdown() async throws {
        try workspace.write(manifest("one") + "---\n" + manifest("two"), to: "manifests/a.yaml")
        let (one, two) = (try address("10.0.0.1"), try address("10.0.0.2"))
        try await withSource(workspace) { source, view in
            try await eventually { view.now.isSynchronised }
            let conditions = [condition(.allocated, true), condition(.announced, true)]
            await source.write([outcome("one", record: [one], ingress: [one], conditions: conditions)])
            try await eventually { workspace.state(of: "one")?.ingress == [one] }
            await source.write([outcome("two", record: [two], ingress: [two])])
        }
        #expect(workspace.state(of: "one")?.record == [one])
        #expect(workspace.state(of: "one")?.ingress == [])
        #expect(workspace.state(of: "one")?.statements.map(\.condition.isTrue) == [true, false])
        #expect(workspace.state(of: "one")?.statements.last?.condition.reason == "Stopped")
        #expect(workspace.state(of: "two")?.record == [two])
        #expect(workspace.state(of: "two")?.ingress == [])
    }

    @Test("the record goes with the Service, and with one that went while nobody looked, once that is certain")
    func deletion() async throws {
        try await prepare(["one": "10.0.0.1", "two": "10.0.0.2"])
        try workspace.remove("manifests/one.yaml")
        try workspace.rename("manifests", to: "away")
        try await withSource(workspace) { _, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.names == ["one", "two"])
            #expect(view.record("one") == "10.0.0.1")
            try workspace.rename("away", to: "manifests")
            try await eventually { view.names == ["two"] && workspace.text(workspace.stateFile("one")) == nil }
            #expect(workspace.state(of: "two") != nil)
            try workspace.remove("manifests/two.yaml")
            try await eventually { view.names.isEmpty && workspace.text("state/services/default/two.json") == nil }
            try await eventually { (try? DirectoryListing.names(in: workspace("state/services"), limit: 9)) == [] }
        }
    }

    @Test("a manifest that is broken at the start costs its Service neither its address nor its life")
    func brokenAtStart() async throws {
        try await prepare(["one": "10.0.0.1", "two": "10.0.0.2"])
        try workspace.write("{", to: "manifests/one.yaml")
        try await withSource(workspace) { _, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.names == ["one", "two"])
            #expect(view.record("one") == "10.0.0.1")
            #expect(view.port("one") == 80)
            try workspace.write(manifest("one", port: 81), to: "manifests/one.yaml")
            try await eventually { view.port("one") == 81 }
            #expect(view.record("one") == "10.0.0.1")
        }
    }

    @Test(
        "a damaged state file is put aside and told; the others count",
        arguments: [
            "", "{", "[]", #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"two","namespace":"default"}}"#,
            """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"one","namespace":"default",
            "annotations":{"herald-lb.io/assigned":"10.0.0"}}}
            """, #"{"apiVersion":"v2","kind":"Service","metadata":{"name":"one","namespace":"default"}}"#,
            String(repeating: " ", count: 300_000),
        ])
    func damaged(text: String) async throws {
        try await prepare(["one": "10.0.0.1", "two": "10.0.0.2"])
        try workspace.write(text, to: workspace.stateFile("one"))
        try workspace.write("left by a crash", to: "state/services/default/.herald-1.tmp")
        try workspace.write("no directory", to: "state/services/file")
        try await withSource(workspace) { source, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.record("one") == nil)
            #expect(view.record("two") == "10.0.0.2")
            #expect(view.now.problems.count == 2)
            #expect(view.now.problems.contains { $0.contains("one.json.damaged") })
            #expect(workspace.text("state/services/default/one.json.damaged") == text)
            #expect(workspace.text("state/services/default/.herald-1.tmp") == nil)
            await source.write([outcome("one", record: [try address("10.0.0.5")])])
            try await eventually { view.record("one") == "10.0.0.5" }
        }
    }

    @Test("no symbolic link in the state directory is followed")
    func links() async throws {
        try await prepare(["one": "10.0.0.1"])
        try workspace.rename(workspace.stateFile("one"), to: "outside.json")
        try workspace.link(workspace.stateFile("one"), to: workspace("outside.json"))
        try workspace.makeDirectory("outside")
        try workspace.link("state/services/other", to: workspace("outside"))
        try workspace.write(manifest("two", extra: ", namespace: other"), to: "manifests/two.yaml")
        let before = workspace.text("outside.json")
        try await withSource(workspace) { source, view in
            try await eventually { view.now.isSynchronised }
            #expect(view.record("one") == nil)
            let two = ServiceKey(namespace: "other", name: "two")
            await source.write([
                outcome("one", record: [try address("10.0.0.5")]),
                ServiceOutcome(key: two, uid: "", record: [try address("10.0.0.6")]),
            ])
            try await eventually { view.record("one") == "10.0.0.5" }
            try await eventually { view.now.problems.contains { $0.contains("cannot open") } }
        }
        #expect(workspace.text("outside.json") == before)
        #expect(try DirectoryListing.names(in: workspace("outside"), limit: 9) == [])
    }

    @Test("while the disk fails the newest outcome waits, others are written, and a record is not announced")
    func failingDisk() async throws {
        try await prepare(["one": "10.0.0.1"])
        try workspace.write(manifest("two", extra: ", namespace: other"), to: "manifests/two.yaml")
        try workspace.write("in the way", to: "state/services/other")
        try await withSource(workspace) { source, view in
            try await eventually { view.names == ["one", "two"] }
            let two = ServiceKey(namespace: "other", name: "two")
            for number in 2...9 {
                let record = [try address("10.0.0.\(number)")]
                await source.write([ServiceOutcome(key: two, uid: "", record: record)])
                await source.write([outcome("one", record: record)])
                try await eventually { view.record("one") == "10.0.0.\(number)" }
            }
            try await eventually { view.now.problems.contains { $0.contains("tried again until it succeeds") } }
            #expect(view.now.services[two]?.recordedAddresses == [])
            try workspace.remove("state/services/other")
            try await eventually { view.now.services[two]?.recordedAddresses.map(\.description) == ["10.0.0.9"] }
            try await eventually { !view.now.problems.contains { $0.contains("tried again") } }
        }
    }

    @Test("nothing is synchronised before the state files can be read")
    func unreadableState() async throws {
        try await prepare(["one": "10.0.0.1"])
        try workspace.rename("state", to: "away")
        try workspace.write("in the way", to: "state")
        try await withSource(workspace) { _, view in
            try await eventually { view.now.problems.count == 1 }
            #expect(!view.now.isSynchronised)
            try workspace.remove("state")
            try workspace.rename("away", to: "state")
            try await eventually { view.now.isSynchronised }
            #expect(view.record("one") == "10.0.0.1")
            try await eventually { view.now.problems.isEmpty }
        }
    }
}
