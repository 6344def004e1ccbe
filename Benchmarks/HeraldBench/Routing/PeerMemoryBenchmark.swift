import Lab
import NetworkTypes

/// What one more peer costs that has 10,000 prefixes: herald with one peer, and with five.
struct PeerMemoryBenchmark {
    let stage: RouterStage
    private static let routes = 10_000
    private static let most = 5

    func figures() throws -> [Figure] {
        for number in 1..<Self.most { try stage.router.configure("addr add \(address(number))/16 dev eth0") }
        let protocols = (1..<Self.most).map { number in
            """
            protocol bgp peer\(number) { local \(address(number)) as 64500; neighbor \(stage.node.ipv4) as 64512; passive;
              strict bind on; ipv4 { import all; export none; }; }
            """
        }
        let bird = try stage.startBird(protocols.joined(separator: "\n"))
        defer { _ = try? bird.end() }
        let one = try anonymous(peers: 1)
        let many = try anonymous(peers: Self.most)
        let each = (many - one) / Double(Self.most - 1)
        return [Figure("BGP: memory of one more peer with \(Self.routes) prefixes, anonymous", "MB", [each])]
    }

    private func anonymous(peers count: Int) throws -> Double {
        let peers = (0..<count).map { number in
            "{name: p\(number), address: \(address(number)), asn: 64500, connectRetry: 100ms, families: [ipv4]}"
        }
        let running = try stage.startHerald(
            Self.routes,
            bgp: "{asn: 64512, attach: none, grace: 0s, peers: [\(peers.joined(separator: ", "))]}", title: "many")
        try eventually("all routes are there", within: .seconds(120), every: .milliseconds(100)) {
            try (0..<count).allSatisfy { number in
                try stage.count(ofPeer: number == 0 ? "peer" : "peer\(number)") == Self.routes
            }
        }
        LabClock.sleep(for: .seconds(2))
        let memory = try running.memory("RssAnon")
        try running.end()
        return memory
    }

    private func address(_ number: Int) -> IPAddress {
        number == 0 ? stage.router.ipv4 : IPAddress(ipv4: 0x0A4D_0C00 + UInt32(number))
    }
}
