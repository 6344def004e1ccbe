import APIServer
import ClusterLab
import Lab
import NetworkTypes
import Testing

extension EndToEndSuite {
    /// Endpoints and nodes decide whether an address is announced.
    @Suite("Who may announce")
    struct EligibilityTests {
        @Test("without a ready endpoint there is an address but no status, with one there is, and without again none")
        func endpoints() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("web"), hasEndpoint: false)
                try await cluster.waitForCondition("web", "Allocated", "True")
                let sentence = try await cluster.waitForCondition("web", "Announced", "False")
                #expect(sentence.contains("no pod of the Service is ready"))
                #expect(try await cluster.ingress("web").isEmpty)
                try await cluster.addEndpoint(of: "web", on: nil, isReady: false)
                try await Task.sleep(for: .milliseconds(300))
                #expect(try await cluster.ingress("web").isEmpty)
                try await cluster.addEndpoint(of: "web", on: nil)
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await cluster.addEndpoint(of: "web", on: nil, isReady: false)
                try await cluster.waitForNoAddress("web")
                try await eventually("nobody answers") { try cluster.answers("10.0.1.100") ? nil : true }
            }
        }

        @Test("with requireEndpoints: false a Service needs none")
        func notRequired() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald(
                    "node", Settings(more: "services: {requireEndpoints: false}"))
                try herald.start()
                try await cluster.create(ServiceObject("web"), hasEndpoint: false)
                try await cluster.waitForAddresses("web", "10.0.1.100")
            }
        }

        @Test(
            "with the policy Local only a node with an endpoint announces; one that ends still serves as a last resort")
        func local() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                var service = ServiceObject("web")
                service.externalTrafficPolicy = "Local"
                try await cluster.create(service, hasEndpoint: false)
                try await cluster.addEndpoint(of: "web", on: "elsewhere")
                try await cluster.waitForCondition("web", "Announced", "False")
                #expect(try await cluster.ingress("web").isEmpty)
                try await cluster.addEndpoint(of: "web", on: herald.name)
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await cluster.addEndpoint(
                    of: "web", on: herald.name, isReady: false, isServing: true, isTerminating: true)
                try await Task.sleep(for: .milliseconds(300))
                #expect(try await cluster.ingress("web") == ["10.0.1.100"])
                try await cluster.addEndpoint(of: "web", on: "elsewhere")
                try await cluster.waitForNoAddress("web")
            }
        }

        @Test("the exclude label on the only node is named in the condition")
        func exclude() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                let label = "node.kubernetes.io/exclude-from-external-load-balancers"
                try await cluster.plane.patch(
                    cluster.node(herald), ["metadata": ["labels": .object([.init(name: label, value: "")])]])
                try await cluster.waitForNoAddress("web")
                let sentence = try await cluster.waitForCondition("web", "Announced", "False")
                #expect(sentence.contains(label))
                try await cluster.plane.patch(
                    cluster.node(herald), ["metadata": ["labels": .object([.init(name: label, value: .null)])]])
                try await cluster.waitForAddresses("web", "10.0.1.100")
            }
        }

        @Test("a cordon changes nothing; the drain annotation and the autoscaler's taint move the address")
        func drain() async throws {
            try await withCluster { cluster in
                let nodes = [try await cluster.addHerald("one"), try await cluster.addHerald("two")]
                for node in nodes { try node.start() }
                try await cluster.create(ServiceObject("web"))
                let addresses = try await cluster.waitForAddresses("web", "10.0.1.100")
                let first = try await eventually("a node owns it") { try Self.owner(of: addresses[0], nodes) }
                let path = cluster.node(first)
                try await cluster.plane.patch(path, ["spec": ["unschedulable": true]])
                try await Task.sleep(for: .milliseconds(300))
                #expect(try Self.owner(of: addresses[0], nodes)?.name == first.name)

                try await cluster.plane.patch(path, ["metadata": ["annotations": ["herald-lb.io/drain": "true"]]])
                let second = try await eventually("the other node owns it") {
                    try Self.owner(of: addresses[0], nodes).flatMap { $0.name == first.name ? nil : $0 }
                }
                try await cluster.plane.patch(path, ["metadata": ["annotations": ["herald-lb.io/drain": .null]]])
                try await cluster.plane.patch(
                    cluster.node(second),
                    ["spec": ["taints": [["key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"]]]])
                try await eventually("the first owns it again") {
                    try Self.owner(of: addresses[0], nodes)?.name == first.name ? true : nil
                }
                #expect(try await cluster.ingress("web") == addresses)
            }
        }

        private static func owner(of address: String, _ nodes: [HeraldNode]) throws -> HeraldNode? {
            guard let address = IPAddress(address) else { return nil }
            let owners = try nodes.filter { try $0.node.hasAddress(address) }
            return owners.count == 1 ? owners[0] : nil
        }
    }
}
