import APIServer
import ClusterLab
import Lab
import NetworkTypes
import Testing

extension EndToEndSuite {
    /// The API server goes, comes back, and says no.
    @Suite("Outages")
    struct OutageTests {
        @Test("the API server goes and comes back: not one packet is lost, and nothing is written anew")
        func away() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await cluster.waitForCondition("web", "Announced", "True")
                let probe = try cluster.client.probe(try #require(IPAddress("10.0.1.100")))
                let before = try await cluster.plane.get(cluster.service("web"))
                try await cluster.relay.leave()
                try await Task.sleep(for: .seconds(3))
                // What happens meanwhile is seen afterwards.
                try await cluster.create(ServiceObject("later"))
                try await cluster.relay.comeBack()
                try await cluster.waitForAddresses("later", "10.0.1.101")
                let after = try await cluster.plane.get(cluster.service("web"))
                #expect(after[path: "metadata", "resourceVersion"] == before[path: "metadata", "resourceVersion"])
                #expect(try probe.finish().gaps.isEmpty)
            }
        }

        @Test("watches that are cut again and again cost nothing but a connection")
        func storm() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                for number in 0..<15 {
                    try await cluster.create(ServiceObject("s\(number)"))
                    try await cluster.relay.cut()
                    try await Task.sleep(for: .milliseconds(100))
                }
                for number in 0..<15 { try await cluster.waitForAddresses("s\(number)") }
                let all = try await cluster.plane.list(cluster.services)
                let addresses = all.compactMap { $0[path: "status", "loadBalancer", "ingress"]?.array?.first?["ip"] }
                #expect(Set(addresses.compactMap(\.string)).count == 15)
            }
        }

        @Test("a restart takes everything over and writes nothing")
        func restart() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                for number in 0..<10 { try await cluster.create(ServiceObject("s\(number)")) }
                for number in 0..<10 {
                    try await cluster.waitForAddresses("s\(number)")
                    try await cluster.waitForCondition("s\(number)", "Announced", "True")
                }
                try await Task.sleep(for: .milliseconds(200))
                let before = try await cluster.plane.list(cluster.services)
                try herald.crash()
                try herald.start()
                try await cluster.create(ServiceObject("new"))
                try await cluster.waitForAddresses("new")
                let after = try await cluster.plane.list(cluster.services)
                for service in before {
                    #expect(after.contains(service), "\(service["metadata"]?["name"]?.text ?? "")")
                }
            }
        }

        @Test("a restart without the API server announces what was recorded")
        func stateFile() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await eventually("the state is on disk", within: .seconds(20)) {
                    herald.state.hasFile(with: "10.0.1.100") ? true : nil
                }
                try await cluster.relay.leave()
                try herald.stop()
                try await eventually("nobody answers") { try cluster.answers("10.0.1.100") ? nil : true }
                try herald.start()
                try await eventually("the client gets an answer") { try cluster.answers("10.0.1.100") ? true : nil }
                try await cluster.relay.comeBack()
                try await cluster.create(ServiceObject("later"))
                try await cluster.waitForAddresses("later", "10.0.1.101")
            }
        }

        @Test(
            "without leave to write the status the address is announced, and the reason named; with leave it is written"
        )
        func forbidden() async throws {
            try await withCluster { cluster in
                let rules = Permissions.ofCluster.filter { $0 != ControlPlane.statusRule }
                try await cluster.plane.patch(ControlPlane.role, ["rules": .array(rules)])
                do {
                    try await cluster.plane.waitUntilAllowed(
                        false, "patch", "services", "status", account: cluster.system)
                    let herald = try await cluster.addHerald()
                    try herald.start()
                    try await cluster.create(ServiceObject("web"))
                    try await eventually("the client gets an answer") { try cluster.answers("10.0.1.100") ? true : nil }
                    try await eventually("the log names the permission") {
                        herald.log.contains("services/status") ? true : nil
                    }
                    #expect(try await cluster.ingress("web").isEmpty)
                    try await cluster.plane.patch(ControlPlane.role, ["rules": .array(Permissions.ofCluster)])
                    try await cluster.plane.waitUntilAllowed(
                        true, "patch", "services", "status", account: cluster.system)
                    try await eventually("the status is written", within: .seconds(40)) {
                        try await cluster.ingress("web") == ["10.0.1.100"] ? true : nil
                    }
                } catch {
                    try await cluster.plane.patch(ControlPlane.role, ["rules": .array(Permissions.ofCluster)])
                    throw error
                }
            }
        }

        @Test("one node allocates; when it goes in good order another does at once, and the addresses stay")
        func allocator() async throws {
            try await withCluster { cluster in
                let first = try await cluster.addHerald("one")
                let second = try await cluster.addHerald("two")
                try first.start()
                try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try second.start()
                try await eventually("the second follows") {
                    second.log.contains("another node allocates") ? true : nil
                }
                let lease = try await cluster.plane.get(cluster.lease)
                #expect(lease[path: "spec", "holderIdentity"]?.string == first.name)
                try first.stop()
                try await eventually("the second allocates") {
                    try await cluster.plane.get(cluster.lease)[path: "spec", "holderIdentity"]?.string == second.name
                        ? true : nil
                }
                try await cluster.create(ServiceObject("later"))
                try await cluster.waitForAddresses("later", "10.0.1.101")
                #expect(try await cluster.ingress("web") == ["10.0.1.100"])
            }
        }
    }
}
