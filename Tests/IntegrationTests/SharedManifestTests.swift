import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    /// Manifests in a directory of each of several nodes, which have nobody else to agree on addresses.
    @Suite struct SharedManifestTests {
        private static let names = ["a", "b", "c", "d", "e", "f"]

        /// Each Service's record on a node; throws while one has none.
        private func records(of herald: HeraldNode, _ names: [String]) throws -> [String: [String]] {
            var records: [String: [String]] = [:]
            for name in names {
                records[name] = try herald.stateFile(name).record
                guard records[name]?.isEmpty == false else {
                    throw LabError.waitedInVain("a record of \(name)", limit: .zero, last: herald.node.name)
                }
            }
            return records
        }

        /// Waits until all nodes have the same records, no address twice.
        @discardableResult
        private func waitForAgreement(
            _ cluster: Cluster, _ names: [String] = names, among heralds: [HeraldNode]? = nil
        ) throws -> [String: [String]] {
            try eventually("all nodes have the same records", within: HeraldNode.patience, every: .milliseconds(20)) {
                try (heralds ?? cluster.heralds).map { try records(of: $0, names) }
            } until: { all in
                all.allSatisfy { $0 == all[0] } && Set(all[0].values).count == names.count
            }.value[0]
        }

        @Test("manifests that come in another order on each node give the same addresses on all, and no address twice")
        func order() async throws {
            try await withCluster([]) { cluster in
                for (index, herald) in cluster.heralds.enumerated() {
                    let turned = Self.names[(index * 2)...] + Self.names[..<(index * 2)]
                    for name in turned { try herald.apply(Manifest(name: name)) }
                }
                let before = try waitForAgreement(cluster)
                let addresses = before.values.flatMap { $0 }.compactMap { IPAddress($0) }
                _ = try cluster.waitForOwners(of: addresses)
                // Whoever gives addresses away goes, and another does so without moving any.
                let allocator = try #require(try cluster.heralds[0].status().membership?.allocator)
                let gone = try #require(cluster.heralds.first { $0.node.name == allocator })
                try gone.crash()
                let rest = cluster.others(than: gone)
                for herald in rest.reversed() { try herald.apply(Manifest(name: "g")) }
                let names = Self.names + ["g"]
                let after = try waitForAgreement(cluster, names, among: rest)
                #expect(after.filter { $0.key != "g" } == before)
                try gone.apply(Manifest(name: "g"))
                try gone.start()
                #expect(try waitForAgreement(cluster, names) == after)
                #expect(try Set(cluster.heralds.map { try $0.status().membership?.allocator }).count == 1)
            }
        }

        @Test("a node that comes late, with records of its own, takes over those of the others")
        func lateNode() async throws {
            try await withCluster([], isStarted: false) { cluster in
                let late = cluster.heralds[2]
                // Alone it gives the first addresses to others.
                for name in Self.names.reversed() { try late.apply(Manifest(name: name)) }
                try late.start()
                _ = try waitForAgreement(cluster, among: [late])
                try late.running.terminate()
                try late.running.wait(timeout: .seconds(5))
                for herald in cluster.heralds.prefix(2) {
                    for name in Self.names { try herald.apply(Manifest(name: name)) }
                    try herald.launch()
                }
                let before = try waitForAgreement(cluster, among: Array(cluster.heralds.prefix(2)))
                try late.start()
                #expect(try waitForAgreement(cluster) == before)
                let addresses = before.values.flatMap { $0 }.compactMap { IPAddress($0) }
                _ = try cluster.waitForOwners(of: addresses)
            }
        }

        @Test("a Service that only another node has is told there, and what the others have in common goes on")
        func missingManifest() async throws {
            try await withCluster([]) { cluster in
                let found = try eventually("a node allocates", within: HeraldNode.patience) {
                    try cluster.heralds[0].status().membership?.allocator
                } until: {
                    $0 != nil
                }.value
                let allocator = try #require(found)
                let other = try #require(cluster.heralds.first { $0.node.name != allocator })
                for herald in cluster.heralds { try herald.apply(Manifest(name: "common")) }
                try other.apply(Manifest(name: "odd"))
                try waitForAgreement(cluster, ["common"])
                let sentence =
                    "node \(allocator), which allocates, has no manifest of Service default/odd, so that it gets no "
                    + "address; put the same manifests on every node"
                try eventually("the difference is told", within: .seconds(12), every: .milliseconds(100)) {
                    try other.status().problems.contains(sentence)
                }
                #expect(try other.service("odd")?.reason == "AwaitingAllocation")
                for herald in cluster.heralds where herald !== other { try herald.apply(Manifest(name: "odd")) }
                try waitForAgreement(cluster, ["common", "odd"])
                try eventually("nothing is told any more", within: .seconds(3)) { try other.status().problems.isEmpty }
            }
        }
    }
}
