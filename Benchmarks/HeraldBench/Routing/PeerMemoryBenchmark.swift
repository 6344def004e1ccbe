import Lab
import NetworkTypes

/// What one more peer costs that has 10,000 prefixes: herald with one peer, and with five.
struct PeerMemoryBenchmark {
    let stage: RouterStage
    private static let routes = 10_000
    private static let most = 5

    func figures() throws -> [Figure] {
        for number in 1..<Self.most {
            try stage.router.configure("addr add \(Self.router(number))/16 dev eth0")
            try stage.node.configure("addr add \(Self.node(number))/16 dev eth0")
        }
        // Of several protocols with one neighbour BIRD runs the first alone: each has an address of the node for itself.
        let protocols = (1..<Self.most).map { number in
            """
            protocol bgp peer\(number) { local \(Self.router(number)) as 64500;
              neighbor \(Self.node(number)) as 64512; passive; ipv4 { import all; export none; }; }
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
            let place =
                number == 0
                ? "address: \(stage.router.ipv4)" : "address: \(Self.router(number)), source: \(Self.node(number))"
            return "{name: p\(number), \(place), asn: 64500, connectRetry: 100ms, families: [ipv4]}"
        }
        let running = try stage.startHerald(
            Self.routes,
            bgp: "{asn: 64512, attach: none, grace: 0s, peers: [\(peers.joined(separator: ", "))]}", title: "many")
        // What goes wrong here is not to meet who comes next.
        defer { _ = try? running.end() }
        try eventually("all routes are there", within: .seconds(120), every: .milliseconds(100)) {
            try (0..<count).allSatisfy { number in
                try stage.count(ofPeer: number == 0 ? "peer" : "peer\(number)") == Self.routes
            }
        }
        LabClock.sleep(for: .seconds(2))
        return try running.memory("RssAnon")
    }

    private static func router(_ number: Int) -> IPAddress { IPAddress(ipv4: 0x0A4D_0C00 + UInt32(number)) }
    private static func node(_ number: Int) -> IPAddress { IPAddress(ipv4: 0x0A4D_0D00 + UInt32(number)) }
}
