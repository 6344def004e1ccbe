import APIServer
import ClusterLab
import Lab
import Testing

extension EndToEndSuite {
    /// Objects that the API server lets through and nobody should write.
    @Suite("Strange objects")
    struct HostileTests {
        @Test("1,000 ports, SCTP, an annotation of 250 KB and text of all kinds are served like any other Service")
        func strange() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("many", ports: (1...1000).map { ($0, "TCP") }))
                try await cluster.create(
                    ServiceObject("mixed", ports: [(80, "TCP"), (80, "UDP"), (38412, "SCTP")]))
                var large = ServiceObject("large")
                large.annotations["example.com/large"] = String(repeating: "ä\n\"\\ ", count: 35_000)
                try await cluster.create(large)
                var odd = ServiceObject("odd")
                odd.annotations["example.com/odd"] = "\u{0}\u{1F}\u{7F}\u{FFFD}\u{1F600}\u{202E}"
                try await cluster.create(odd)
                for name in ["many", "mixed", "large", "odd"] { try await cluster.waitForAddresses(name) }
                #expect(herald.isRunning)
            }
        }

        @Test("what is no UTF-8, and fields that nobody knows, do no harm")
        func octets() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                var service = ServiceObject("odd", addresses: "MARK")
                service.annotations["example.com/odd"] = "MARK"
                var json = service.json
                json["spec"]?["fromTheFuture"] = ["a": [1, 2]]
                json["fromTheFuture"] = true
                let text = json.text.split(separator: "MARK", omittingEmptySubsequences: false)
                let octets = text.dropFirst().reduce(Array((text.first ?? "").utf8)) {
                    $0 + [0xFF, 0xC0, 0x80] + $1.utf8
                }
                try await cluster.plane.create(cluster.services, octets: octets)
                try await cluster.waitForCondition("odd", "Allocated", "False", "MalformedRequest")
                try await cluster.create(ServiceObject("good"))
                try await cluster.waitForAddresses("good", "10.0.1.100")
            }
        }

        @Test("requests full of nonsense have no address, and one sentence each")
        func nonsense() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                let values = [
                    String(repeating: "10.0.1.100,", count: 2000), "\u{0}", ",,,", "10.0.1.100/24", "0.0.0.0", "::",
                    "255.255.255.255", "-1", "10.0.1.100-10.0.1.105", "\"", "${HOME}",
                ]
                for (index, value) in values.enumerated() {
                    try await cluster.create(ServiceObject("s\(index)", addresses: value))
                }
                for index in values.indices {
                    let sentence = try await cluster.waitForCondition("s\(index)", "Allocated", "False")
                    #expect(!sentence.isEmpty && sentence.utf8.count < 4096, "\(values[index].prefix(40))")
                }
                try await cluster.create(ServiceObject("good"))
                try await cluster.waitForAddresses("good")
            }
        }

        @Test("a Service without ports is not let through by the API server")
        func noPorts() async throws {
            try await withCluster { cluster in
                await #expect(throws: ControlPlane.Refused.self) {
                    try await cluster.create(ServiceObject("none", ports: []))
                }
            }
        }

        @Test("what others do to record and status is put right, and never taken as input")
        func tampering() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                let path = cluster.service("web")
                try await cluster.plane.patch(
                    "\(path)/status", ["status": ["loadBalancer": ["ingress": [["ip": "192.0.2.1"]]]]])
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await cluster.plane.patch("\(path)/status", ["status": ["loadBalancer": .null]])
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await cluster.plane.patch(path, ["metadata": ["annotations": ["herald-lb.io/assigned": .null]]])
                for _ in 0..<20 { #expect(try cluster.answers("10.0.1.100")) }
                try await eventually("the record is back") {
                    let web = try await cluster.plane.get(path)
                    return web[path: "metadata", "annotations", "herald-lb.io/assigned"] == "10.0.1.100" ? true : nil
                }
            }
        }
    }
}
