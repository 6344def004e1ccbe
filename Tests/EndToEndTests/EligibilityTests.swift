import Lab
import Testing

@testable import APIServer

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

        @Test("a cordon changes nothing; the drain annotation and the autoscaler's taint do")
        func drain() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                let node = cluster.node(herald)
                try await cluster.plane.patch(node, ["spec": ["unschedulable": true]])
                try await Task.sleep(for: .milliseconds(300))
                #expect(try await cluster.ingress("web") == ["10.0.1.100"])
                try await cluster.plane.patch(
                    node, ["metadata": ["annotations": ["herald-lb.io/drain": "true"]]])
                try await cluster.waitForNoAddress("web")
                try await cluster.plane.patch(node, ["metadata": ["annotations": ["herald-lb.io/drain": .null]]])
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await cluster.plane.patch(
                    node,
                    ["spec": ["taints": [["key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"]]]])
                try await cluster.waitForNoAddress("web")
            }
        }
    }
}
