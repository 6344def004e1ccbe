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

        @Test(
            "a table of right and wrong messages, a session for each, while another peer does not notice",
            arguments: [("64512", [], 640), ("64500", ["internal"], 57)] as [(String, [String], Int)])
        func table(asn: String, kind: [String], rows: Int) async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let router = try lab.addNode("router", on: lan)
                let node = try lab.addNode("node", on: lan)
                let witness = try lab.addNode("witness", on: lan)
                let session = Bird.session(node, asn: "64499", herald: asn)
                let bird = try Bird(on: witness, in: lab, session)
                let speaker = try Speaker(
                    on: node, in: lab,
                    bgp: "{asn: \(asn), listen: true, peers: [{name: tor, address: \(router.ipv4), asn: 64500, "
                        + "connect: passive, connectRetry: 100ms}, "
                        + "{name: witness, address: \(witness.ipv4), asn: 64499}]}"
                ).start()
                try speaker.waitUntil("Established", "witness")
                let peer = try router.run(
                    ["python3", Self.script("table"), "\(router.ipv4)", "\(node.ipv4)"] + kind, timeout: .seconds(300))
                #expect(peer.text == "\(rows) rows\n", "\(peer.text)\(peer.errors)")
                #expect(try bird.show("protocols all herald").contains("Established"))
                #expect(!bird.log.contains("Connection closed") && !bird.log.contains("Error: "))
                #expect(try speaker.peer("witness")?.state == "Established")
            }
        }

        @Test("connections that are reset, half-closed, flooded or not read end as they should")
        func transport() async throws {
            try await withFabric { fabric in
                let speaker = try fabric.speaker(fabric.bgp("connect: passive", more: "listen: true")).start()
                try eventually("herald listens", within: Speaker.patience) {
                    try fabric.node.run(["ss", "-ltn"]).text.contains(":179")
                }
                let peer = try fabric.router.run(
                    [
                        "python3", Self.script("transport"), "\(fabric.router.ipv4)", "\(fabric.node.ipv4)",
                        "\(speaker.home)/herald.sock",
                    ], timeout: .seconds(120))
                #expect(peer.text == "done\n", "\(peer.text)\(peer.errors)")
                let memory = try fabric.node.run(["grep", "RssAnon", "/proc/\(try speaker.running.pid)/status"]).text
                let kilobytes = try #require(memory.split(separator: " ").compactMap { Int($0) }.first)
                #expect(kilobytes < 40_000, "\(memory)")
            }
        }

        @Test("of two connections the one of the larger identifier stays, and a silent peer is given up in time")
        func collision() async throws {
            try await withFabric { fabric in
                try fabric.speaker(fabric.bgp("connect: both", more: "listen: true")).start()
                let peer = try fabric.router.run(
                    ["python3", Self.script("collision"), "\(fabric.router.ipv4)", "\(fabric.node.ipv4)"],
                    timeout: .seconds(120))
                #expect(peer.text == "done\n", "\(peer.text)\(peer.errors)")
            }
        }

        @Test("the first UPDATE leaves within 10 ms of the session's being established")
        func firstUpdate() async throws {
            try await withFabric { fabric in
                let speaker = try fabric.speaker(fabric.bgp("connect: passive", more: "listen: true")).start()
                try eventually("herald listens", within: Speaker.patience) {
                    try fabric.node.run(["ss", "-ltn"]).text.contains(":179")
                }
                try eventually("the Service is known", within: Speaker.patience) {
                    try speaker.command("status").text.contains("192.0.2.0")
                }
                let peer = try fabric.router.run(
                    ["python3", Self.script("first"), "\(fabric.router.ipv4)", "\(fabric.node.ipv4)", "21"],
                    timeout: .seconds(60))
                let times = peer.text.split(separator: "\n").compactMap { Double($0) }.sorted()
                #expect(times.count == 21 && times[10] < 10, "\(peer.text)\(peer.errors)")
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

        @Test("BFD follows whatever its peer changes, and BGP follows BFD where it should")
        func livelyBFD() async throws {
            try await withFabric { fabric in
                let speaker = try fabric.speaker(fabric.bgp("bfd: true")).start()
                try speaker.waitUntil("Active")
                let peer = try fabric.router.run(
                    [
                        "python3", Self.script("bfd_live"), "\(fabric.router.ipv4)", "\(fabric.node.ipv4)",
                        "\(speaker.home)/herald.sock",
                    ], timeout: .seconds(90))
                #expect(peer.text == "done\n", "\(peer.text)\(peer.errors)")
                let changes = speaker.log.split(separator: "\n").filter { $0.contains("session changed") }
                #expect(changes.count < 100, "\(changes.count) lines")
            }
        }

        @Test("BFD packets in a router's name that come by another interface change nothing")
        func intruder() async throws {
            try await withLab { lab in
                let (lan, other) = (try lab.addSwitch("lan"), try lab.addSwitch("other"))
                let node = try lab.addNode("node", on: lan, other)
                let fabric = Fabric(lab: lab, router: try lab.addNode("router", on: lan), node: node)
                let intruder = try lab.addNode("intruder", on: other)
                let bird = try Bird(
                    on: fabric.router, in: lab, Bird.bfd + Bird.session(node, options: "passive; bfd on;"))
                let speaker = try fabric.speaker(fabric.bgp("bfd: true")).start()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.waitForBFD()
                let before = try speaker.peers().rejectedBFDPackets
                let there = node.interfaces[1].ipv4
                let sent = try intruder.run(
                    ["python3", Self.script("intruder"), "\(fabric.router.ipv4)", "\(there)"])
                #expect(sent.text == "done\n", "\(sent.text)\(sent.errors)")
                try eventually("the packets are rejected", within: .seconds(2)) {
                    try speaker.peers().rejectedBFDPackets >= before + 60
                }
                let peer = try #require(try speaker.peer())
                #expect(peer.state == "Established" && peer.bfd?.state == "Up" && peer.lastError == nil)
            }
        }

        @Test("a flood of another host's packets on the BFD port does not crowd out those of the router")
        func flood() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let node = try lab.addNode("node", on: lan)
                let fabric = Fabric(lab: lab, router: try lab.addNode("router", on: lan), node: node)
                let stranger = try lab.addNode("stranger", on: lan)
                let bird = try Bird(
                    on: fabric.router, in: lab, Bird.bfd + Bird.session(node, options: "passive; bfd on;"))
                let speaker = try fabric.speaker(fabric.bgp("bfd: true")).start()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.waitForBFD()
                let rejected = try speaker.peers().rejectedBFDPackets
                let sent = try stranger.run(["python3", Self.script("flood"), "\(node.ipv4)", "4"])
                let count = sent.text.split(separator: "\n").first.flatMap { Int($0) } ?? 0
                #expect(count > 50_000, "\(sent.text)\(sent.errors)")
                let peers = try speaker.peers()
                #expect(peers.rejectedBFDPackets == rejected)
                #expect(peers.peers.first?.state == "Established" && peers.peers.first?.lastError == nil)
                #expect(!speaker.log.contains("detection time expired"))
                #expect(try bird.has(Fabric.ipv4))
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
