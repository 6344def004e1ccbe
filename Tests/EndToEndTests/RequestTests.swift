import APIServer
import ClusterLab
import Lab
import Testing

extension EndToEndSuite {
    /// What a Service may ask for, and what it is told when it cannot have that.
    @Suite("Requests")
    struct RequestTests {
        private static let pools = [
            "{name: edge, addresses: [10.0.1.100-10.0.1.119]}",
            "{name: other, addresses: [10.0.1.150-10.0.1.159], autoAssign: false}",
        ]

        @Test("a pool, an address and loadBalancerIP are given as asked")
        func granted() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald("node", Settings(pools: Self.pools))
                try herald.start()
                try await cluster.create(ServiceObject("pool", pool: "other"))
                try await cluster.create(ServiceObject("address", addresses: "10.0.1.117"))
                var field = ServiceObject("field")
                field.loadBalancerIP = "10.0.1.118"
                try await cluster.create(field)
                try await cluster.waitForAddresses("pool", "10.0.1.150")
                try await cluster.waitForAddresses("address", "10.0.1.117")
                try await cluster.waitForAddresses("field", "10.0.1.118")
            }
        }

        @Test("Services with one key share an address, unless their ports meet")
        func sharing() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("tcp", addresses: "10.0.1.110", share: "k"))
                try await cluster.waitForAddresses("tcp", "10.0.1.110")
                try await cluster.create(
                    ServiceObject("udp", addresses: "10.0.1.110", share: "k", ports: [(80, "UDP")]))
                try await cluster.waitForAddresses("udp", "10.0.1.110")
                try await cluster.create(ServiceObject("same", addresses: "10.0.1.110", share: "k"))
                let sentence = try await cluster.waitForCondition("same", "Allocated", "False", "AddressHeld")
                #expect(sentence.contains("10.0.1.110"))
                #expect(try await cluster.ingress("same").isEmpty)
                #expect(try await cluster.ingress("tcp") == ["10.0.1.110"])
            }
        }

        @Test("of two Services that ask for one address one has it, and the other when it is free")
        func twoClaimants() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("first", addresses: "10.0.1.110"))
                try await cluster.waitForAddresses("first", "10.0.1.110")
                try await cluster.create(ServiceObject("second", addresses: "10.0.1.110"))
                let sentence = try await cluster.waitForCondition("second", "Allocated", "False", "AddressHeld")
                #expect(sentence.contains("first"))
                try await eventually("an Event says so too") {
                    try await cluster.eventReasons("second").contains("AllocationFailed") ? true : nil
                }
                try await cluster.plane.delete(cluster.service("first"))
                try await cluster.waitForAddresses("second", "10.0.1.110")
            }
        }

        @Test(
            "what cannot be given is refused with a sentence, and touches no other Service",
            arguments: [
                ("10.9.9.9", "AddressOutsidePools"), ("10.0.1.2", "AddressOutsidePools"),
                ("not-an-address", "MalformedRequest"), ("010.000.001.110", "MalformedRequest"),
                ("::ffff:10.0.1.110", "AddressNotAssignable"), ("10.0.1.110,10.0.1.111", "TwoAddressesOfFamily"),
                ("fd00:0:0:1::110", "FamilyNotAsked"),
            ])
        func refused(_ addresses: String, _ reason: String) async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("good"))
                try await cluster.waitForAddresses("good", "10.0.1.100")
                try await cluster.create(ServiceObject("bad", addresses: addresses))
                let sentence = try await cluster.waitForCondition("bad", "Allocated", "False", reason)
                #expect(!sentence.isEmpty)
                #expect(try await cluster.ingress("bad").isEmpty)
                #expect(try await cluster.ingress("good") == ["10.0.1.100"])
                #expect(herald.isRunning)
            }
        }

        @Test("the address of a node, cluster IPs, and a pool that there is not are refused")
        func reserved() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald(
                    "node", Settings(pools: ["{name: edge, addresses: [10.0.1.0/25, 10.96.0.0/16]}"]))
                try herald.start()
                try await cluster.create(ServiceObject("node", addresses: "\(herald.node.ipv4)"))
                try await cluster.create(ServiceObject("good", addresses: "10.0.1.99"))
                try await cluster.waitForAddresses("good", "10.0.1.99")
                try await cluster.create(ServiceObject("pool", pool: "nowhere"))
                try await cluster.waitForCondition("node", "Allocated", "False", "AddressReserved")
                let sentence = try await cluster.waitForCondition("pool", "Allocated", "False", "UnknownPool")
                #expect(sentence.contains("nowhere"))
                var own = ServiceObject("cluster", addresses: "10.96.77.77").json
                own["spec"]?["clusterIP"] = "10.96.77.77"
                try await cluster.plane.create(cluster.services, own)
                try await cluster.waitForCondition("cluster", "Allocated", "False")
                #expect(try await cluster.ingress("cluster").isEmpty)
                try await cluster.create(ServiceObject("other", addresses: "10.96.77.77"))
                try await cluster.waitForCondition("other", "Allocated", "False", "ClusterIP")
                try await cluster.create(ServiceObject("range", addresses: "10.96.88.88"))
                let inside = try await cluster.waitForCondition("range", "Allocated", "False", "ClusterIP")
                #expect(inside.contains("ServiceCIDR"))
                #expect(try await cluster.ingress("good") == ["10.0.1.99"])
            }
        }
    }
}
