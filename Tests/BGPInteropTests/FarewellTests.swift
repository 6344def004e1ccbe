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
    }
}
