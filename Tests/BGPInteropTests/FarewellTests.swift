import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    /// How sessions end that this side ends.
    @Suite struct FarewellTests {
        private static let bfd = "protocol bfd { interface \"*\" { interval 50 ms; multiplier 3; }; }\n"

        private static func waitForBFD(_ bird: Bird, _ speaker: Speaker) throws {
            try eventually("BFD is up", within: Speaker.patience) {
                try speaker.peer()?.bfd?.state == "Up" && bird.show("bfd sessions").contains("Up")
            }
        }

        /// The times and states of the node's BFD packets.
        private static func states(_ capture: Capture, of node: Node) throws -> [String] {
            try capture.decode(fields: ["bfd.sta"], where: "bfd && ip.src == \(node.ipv4)")
                .compactMap { $0["bfd.sta"] }
        }

        @Test("BFD that is switched off is said to be for the peer's detection time, and comes up again")
        func administrativelyDown() async throws {
            try await withFabric { fabric in
                let capture = try fabric.lab.capture(on: fabric.router, filter: "udp port 3784")
                let session = Bird.session(fabric.node, options: "passive; bfd on;")
                let bird = try Bird(on: fabric.router, in: fabric.lab, Self.bfd + session)
                let speaker = try fabric.speaker(fabric.bgp("bfd: true")).start()
                try bird.waitForRoute(Fabric.ipv4)
                try Self.waitForBFD(bird, speaker)
                try speaker.configure(bgp: fabric.bgp())
                try eventually("BFD is gone", within: Speaker.patience) { try speaker.peer()?.bfd == nil }
                _ = try fabric.node.run(["sleep", "0.5"])
                #expect(try speaker.peer()?.state == "Established")
                #expect(try bird.has(Fabric.ipv4))
                try speaker.configure(bgp: fabric.bgp("bfd: true"))
                try Self.waitForBFD(bird, speaker)
                try speaker.running.end()
                try capture.stop()
                let states = try Self.states(capture, of: fabric.node)
                let farewells = states.split { UInt8($0.replacing("0x", with: ""), radix: 16) != 0 }
                // 150 ms at 50 ms less jitter, and the first at once.
                #expect(farewells.count == 2 && farewells.allSatisfy { (3...6).contains($0.count) }, "\(states)")
            }
        }

        @Test("onShutdown: restart tells a peer without graceful restart that herald ends, and one that has it nothing")
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
    }
}
