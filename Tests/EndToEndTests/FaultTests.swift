import APIServer
import ClusterLab
import Lab
import Testing

extension EndToEndSuite {
    /// Faults that only the API server for tests makes on command.
    @Suite(
        "An API server that misbehaves",
        .enabled(if: !ControlPlane.isReal, "NOT RUN against a real API server: it makes no faults on command"))
    struct FaultTests {
        /// One of these, then a Service is created and has to come through.
        static let faults: [JSON] = [
            ["action": "status", "code": 429, "retryAfter": 1, "verb": "patch", "resource": "services", "count": 2],
            ["action": "status", "code": 500, "verb": "patch", "resource": "services", "count": 3],
            ["action": "status", "code": 503, "retryAfter": 1, "verb": "patch", "resource": "services/status"],
            ["action": "status", "code": 409, "verb": "patch", "resource": "services/status", "count": 3],
            ["action": "cut", "verb": "patch", "resource": "services", "count": 2],
            ["action": "wrongLength", "verb": "patch", "resource": "services/status"],
            ["action": "halfChunk", "verb": "patch", "resource": "services"],
            ["action": "garbage", "verb": "patch", "resource": "services/status", "count": 2],
            ["action": "delay", "milliseconds": 2000, "verb": "patch", "resource": "services"],
            ["action": "status", "code": 401, "verb": "patch", "resource": "services", "count": 2],
            ["action": "status", "code": 500, "verb": "create", "resource": "events", "count": 5],
            ["action": "garbage", "verb": "patch", "resource": "leases", "count": 2],
        ]

        @Test("every Service has its address in the end, whatever goes wrong with a request", arguments: faults)
        func requests(_ fault: JSON) async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("first"))
                try await cluster.waitForAddresses("first", "10.0.1.100")
                try await cluster.plane.command("faults", fault)
                try await cluster.create(ServiceObject("second"))
                try await eventually("the second has its address", within: .seconds(20)) {
                    try await cluster.ingress("second") == ["10.0.1.101"] ? true : nil
                }
                #expect(try await cluster.ingress("first") == ["10.0.1.100"])
                #expect(try cluster.answers("10.0.1.100"))
            }
        }

        @Test(
            "a watch that ends in any way goes on", arguments: ["cut", "half", "end", "expire", "garbage", "compact"])
        func watches(_ way: String) async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("first"))
                try await cluster.waitForAddresses("first", "10.0.1.100")
                for round in 1...2 {
                    switch way {
                    case "cut": try await cluster.plane.command("watches/cut")
                    case "half": try await cluster.plane.command("watches/cut", ["halfChunk": true])
                    case "end": try await cluster.plane.command("watches/end")
                    case "expire": try await cluster.plane.command("watches/expire")
                    case "garbage":
                        try await cluster.plane.command("watches/send", ["text": "{\"type\":\"WHAT\"}\n{]\n"])
                    default:
                        try await cluster.relay.leave()
                        try await cluster.plane.create(cluster.services, ServiceObject("while\(round)").json)
                        try await cluster.plane.command("compact")
                        try await cluster.relay.comeBack()
                    }
                    try await cluster.create(ServiceObject("next\(round)"))
                    try await eventually("the next has its address", within: .seconds(20)) {
                        try await cluster.ingress("next\(round)").isEmpty ? nil : true
                    }
                }
                #expect(try await cluster.ingress("first") == ["10.0.1.100"])
            }
        }

        @Test("the key of the cluster is asked for from when a mode needs it")
        func key() async throws {
            try await withCluster { cluster in
                let bgp = Settings(
                    mode: "bgp", more: "bgp: {asn: 64512, peers: [{name: r, address: 10.0.1.254, asn: 64513}]}")
                let herald = try await cluster.addHerald("node", bgp)
                // Of the tests before.
                _ = try await cluster.plane.command("requests", ["clear": true])
                try herald.start()
                try await cluster.create(ServiceObject("first"))
                try await eventually("it has an address") {
                    let plan = try await cluster.plane.get(cluster.service("first"))
                    return "\(plan)".contains("10.0.1.100") ? true : nil
                }
                func asksForKey() async throws -> Bool {
                    "\(try await cluster.plane.command("requests"))".contains("secrets")
                }
                #expect(try await !asksForKey())
                try herald.configure(Settings())
                try await eventually("the key is asked for") { try await asksForKey() ? true : nil }
                try await cluster.waitForAddresses("first", "10.0.1.100")
                #expect(!herald.log.contains("needs a restart"))
            }
        }

        @Test("a token that expires is read again from its file")
        func token() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("first"))
                try await cluster.waitForAddresses("first", "10.0.1.100")
                // The server for tests knows one token of an account: the older is worthless from now on.
                let token = try await cluster.plane.makeToken(in: cluster.system)
                try await cluster.relay.cut()
                try await cluster.create(ServiceObject("second"))
                try cluster.replaceToken(token, of: herald)
                try await eventually("the second has its address", within: .seconds(30)) {
                    try await cluster.ingress("second") == ["10.0.1.101"] ? true : nil
                }
                #expect(try cluster.answers("10.0.1.100"))
            }
        }

        @Test("a server without streaming lists is read in pages")
        func pages() async throws {
            try await withCluster { cluster in
                try await cluster.plane.command("streaming-lists", ["offered": false])
                let herald = try await cluster.addHerald()
                for number in 0..<5 { try await cluster.create(ServiceObject("s\(number)")) }
                try herald.start()
                for number in 0..<5 { try await cluster.waitForAddresses("s\(number)") }
                try await cluster.plane.command("streaming-lists", ["offered": true])
            }
        }

        @Test("a server that says nothing any more is noticed, and meanwhile all stays as it is")
        func stall() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("first"))
                try await cluster.waitForAddresses("first", "10.0.1.100")
                try await cluster.plane.command(
                    "faults", ["action": "stall", "verb": "patch", "resource": "services", "count": 1])
                try await cluster.create(ServiceObject("stuck"))
                try await cluster.create(ServiceObject("free"))
                try await cluster.waitForAddresses("free")
                try await eventually("the one that was stuck has its address", within: .seconds(30)) {
                    try await cluster.ingress("stuck").isEmpty ? nil : true
                }
                #expect(try cluster.answers("10.0.1.100"))
                // Others were answered meanwhile: the connection is not to blame.
                #expect(!herald.log.contains("a watch fails"))
            }
        }
    }
}
