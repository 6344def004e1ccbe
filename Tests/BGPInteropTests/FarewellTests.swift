import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    /// How sessions end that this side ends.
    @Suite struct FarewellTests {
        /// The times and states of the node's BFD packets.
        private static func states(_ capture: Capture, of node: Node) throws -> [String] {
            try capture.decode(fields: ["bfd.sta"], where: "bfd && ip.src == \(node.ipv4)")
                .compactMap { $0["bfd.sta"] }
        }

        @Test("BFD that is switched off is said to be for the peer's detection time, and comes up again")
        func administrativelyDown() async throws {
            try await withFabric { fabric in
                let capture = try fabric.lab.capture(on: fabric.router, filter: "udp port 3784")
                let session = Bird.session(fabric.node, options: "passive; bfd on; error wait time 1, 1;")
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.bfd + session)
                let speaker = try fabric.speaker(fabric.bgp("bfd: true")).start()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.waitForBFD(bird)
                try speaker.configure(bgp: fabric.bgp())
                try eventually("BFD is gone", within: Speaker.patience) { try speaker.peer()?.bfd == nil }
                _ = try fabric.node.run(["sleep", "0.5"])
                try speaker.configure(bgp: fabric.bgp("bfd: true"))
                try speaker.waitForBFD(bird)
                try speaker.running.end()
                try capture.stop()
                let states = try Self.states(capture, of: fabric.node)
                let farewells = states.split { UInt8($0.replacing("0x", with: ""), radix: 16) != 0 }
                // 150 ms at 50 ms less jitter, and the first at once.
                #expect(farewells.count == 2 && farewells.allSatisfy { (3...6).contains($0.count) }, "\(states)")
            }
        }

        @Test("onShutdown: restart tells peers without graceful restart that herald ends, and the others nothing")
        func restart() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let fabric = Fabric(
                    lab: lab, router: try lab.addNode("router", on: lan), node: try lab.addNode("node", on: lan))
                let other = try lab.addNode("other", on: lan)
                let keeper = try Bird(
                    on: fabric.router, in: lab,
                    Bird.session(fabric.node, options: "passive; graceful restart on;"))
                let plain = try Bird(on: other, in: lab, Bird.session(fabric.node, options: "passive;"))
                let peers =
                    "peers: [{name: tor, address: \(fabric.router.ipv4), asn: 64500, gracefulRestart: 30s}, "
                    + "{name: other, address: \(other.ipv4), asn: 64500}]"
                for _ in 0..<5 {
                    let speaker = try fabric.speaker("{asn: 64512, onShutdown: restart, \(peers)}").start()
                    try keeper.waitForRoute(Fabric.ipv4)
                    try plain.waitForRoute(Fabric.ipv4)
                    try speaker.running.end()
                    try plain.waitForNoRoute(Fabric.ipv4)
                    #expect(try keeper.has(Fabric.ipv4))
                }
                let ends = plain.log.split(separator: "\n").filter { $0.contains("herald on node node shuts down") }
                #expect(ends.count == 5, "\(plain.log)")
                #expect(!keeper.log.contains("Received: "))
            }
        }

        @Test("drain: GRACEFUL_SHUTDOWN, withdrawal, a Cease with its text, BFD off; undrain takes it all back")
        func drain() async throws {
            try await withFabric { fabric in
                let capture = try fabric.lab.capture(on: fabric.router, filter: "port 179 or port 3784")
                let session = Bird.session(fabric.node, options: "passive; bfd on; error wait time 1, 1;")
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.bfd + session)
                let speaker = try fabric.speaker(fabric.bgp("bfd: required")).start()
                for round in 1...2 {
                    try bird.waitForRoute(Fabric.ipv4)
                    try speaker.waitForBFD(bird)
                    _ = try speaker.command("drain")
                    try eventually("the community is seen", within: .seconds(2), every: .milliseconds(5)) {
                        try bird.routes().contains("(65535,0)")
                    }
                    try bird.waitForNoRoute(Fabric.ipv4)
                    try speaker.waitUntil("Drained")
                    try eventually("BFD is gone", within: .seconds(3)) { try speaker.peer()?.bfd == nil }
                    try eventually("BIRD logs the text", within: Speaker.patience) {
                        bird.log.split(separator: "\n").filter { $0.contains("herald on node node is drained") }.count
                            == round
                    }
                    #expect(try speaker.command("bgp", "peers").text.contains("is drained"))
                    _ = try fabric.node.run(["sleep", "1"])
                    #expect(try speaker.peer()?.state == "Drained")
                    _ = try speaker.command("undrain")
                }
                try bird.waitForRoute(Fabric.ipv4)
                #expect(try speaker.waitUntil("Established")?.lastError == nil)
                try speaker.running.end()
                try capture.stop()
                // Each end has its reason and nothing came of BFD: two drains and the end of the process.
                let reasons = try capture.decode(
                    fields: ["bgp.notify.minor_error_cease"], where: "bgp.type == 3"
                ).map { $0["bgp.notify.minor_error_cease"] }
                #expect(reasons == ["2", "2", "2"])
                let states = try Self.states(capture, of: fabric.node)
                #expect(states.filter { UInt8($0.replacing("0x", with: ""), radix: 16) == 0 }.count >= 9, "\(states)")
                #expect(!bird.log.contains("BFD session down") && !bird.log.contains("Hold timer"))
            }
        }

        @Test("who dials a drained node is told so, and a drain that is taken back in time withdraws nothing")
        func dialsDrained() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(
                        fabric.node, options: "connect delay time 1; connect retry time 1; error wait time 1, 1;"))
                let speaker = try fabric.speaker(
                    fabric.bgp("connect: passive", more: "listen: true").replacing("300ms", with: "2s")
                ).start()
                try bird.waitForRoute(Fabric.ipv4)
                _ = try speaker.command("drain")
                try eventually("the community is seen", within: .seconds(2), every: .milliseconds(5)) {
                    try bird.routes().contains("(65535,0)")
                }
                _ = try speaker.command("undrain")
                try eventually("the community is gone", within: .seconds(2), every: .milliseconds(5)) {
                    try !bird.routes().contains("(65535,0)")
                }
                _ = try fabric.node.run(["sleep", "3"])
                #expect(try bird.has(Fabric.ipv4))
                #expect(!bird.log.contains("is drained"))
                _ = try speaker.command("drain")
                try eventually("BIRD is told when it dials", within: .seconds(20)) {
                    bird.log.split(separator: "\n").filter { $0.contains("herald on node node is drained") }.count >= 3
                }
                #expect(try speaker.peer()?.state == "Drained")
                #expect(try !bird.has(Fabric.ipv4))
                _ = try speaker.command("undrain")
                try bird.waitForRoute(Fabric.ipv4)
            }
        }
    }
}
