import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    /// Peers of `Tests/HostilePeers`, which tell what did not go as the RFCs have it.
    @Suite struct HostileTests {
        private static func script(_ name: String) -> String {
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
                + "/HostilePeers/\(name).py"
        }

        @Test("each message that is wrong gets the RFC's answer, memory stays, and another peer does not notice")
        func messages() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let router = try lab.addNode("router", on: lan)
                let node = try lab.addNode("node", on: lan)
                let witness = try lab.addNode("witness", on: lan)
                let bird = try Bird(on: witness, in: lab, Bird.session(node, options: "passive;"))
                let speaker = try Speaker(
                    on: node, in: lab,
                    bgp: "{asn: 64512, peers: [{name: tor, address: \(router.ipv4), asn: 64500, holdTime: 91s, "
                        + "connectRetry: 100ms}, {name: witness, address: \(witness.ipv4), asn: 64500}]}"
                ).start()
                try speaker.waitUntil("Established", "witness")
                let peer = try router.run(
                    [
                        "python3", Self.script("bgp"), "\(router.ipv4)", "\(speaker.home)/herald.yaml",
                        "\(speaker.home)/herald.sock",
                    ],
                    timeout: .seconds(90))
                #expect(peer.text == "38 cases\n", "\(peer.text)\(peer.errors)")
                #expect(try bird.has(Fabric.ipv4))
                #expect(try bird.show("protocols all herald").contains("Established"))
                #expect(!bird.log.contains("Connection closed") && !bird.log.contains("Error: "))
                #expect(speaker.log.contains("\\u{1B}[2Jgone\\n"))
                let memory = try node.run(["grep", "RssAnon", "/proc/\(try speaker.running.pid)/status"]).text
                let kilobytes = try #require(memory.split(separator: " ").compactMap { Int($0) }.first)
                #expect(kilobytes < 40_000, "\(memory)")
            }
        }

        @Test("who is not configured gets nothing, and of many connections one is kept")
        func dialling() async throws {
            try await withFabric { fabric in
                try fabric.router.configure("addr add 10.0.1.77/24 dev eth0")
                let speaker = try fabric.speaker(
                    fabric.bgp("connect: passive", more: "listen: true")
                ).start()
                try eventually("herald listens", within: Speaker.patience) {
                    try fabric.node.run(["ss", "-ltn"]).text.contains(":179")
                }
                let peer = try fabric.router.run(
                    [
                        "python3", Self.script("dialler"), "\(fabric.router.ipv4)", "10.0.1.77",
                        "\(fabric.node.ipv4)",
                    ], timeout: .seconds(60))
                #expect(peer.text == "done\n", "\(peer.text)\(peer.errors)")
                #expect(try speaker.running.isRunning)
            }
        }

        @Test("BFD packets that break a rule change nothing; silence is noticed in time")
        func bfd() async throws {
            try await withFabric { fabric in
                try fabric.router.configure("addr add 10.0.1.77/24 dev eth0")
                let speaker = try fabric.speaker(fabric.bgp("bfd: true")).start()
                try speaker.waitUntil("Active")
                let peer = try fabric.router.run(
                    [
                        "python3", Self.script("bfd"), "\(fabric.router.ipv4)", "\(fabric.node.ipv4)",
                        "10.0.1.77", "\(speaker.home)/herald.sock",
                    ], timeout: .seconds(60))
                #expect(
                    !peer.text.contains("WRONG") && peer.text.contains("silence noticed"), "\(peer.text)\(peer.errors)")
            }
        }
    }
}
