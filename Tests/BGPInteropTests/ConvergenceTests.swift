import FoundationEssentials
import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    @Suite struct ConvergenceTests {
        @Test("the cable is pulled: BFD takes the route away in less than 160 ms")
        func cut() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.bfd + Bird.session(fabric.node, options: "passive; bfd on; error wait time 1, 1;"))
                let speaker = try fabric.speaker(fabric.bgp("bfd: true")).start()
                let monitor = try fabric.router.start(["ip", "-ts", "monitor", "route"])
                var times: [Double] = []
                for _ in 0..<5 {
                    try bird.waitForRoute(Fabric.ipv4)
                    try speaker.waitForBFD(bird)
                    let before = monitor.output.count
                    let start = Date()
                    try fabric.lab.cut(fabric.node)
                    try bird.waitForNoRoute(Fabric.ipv4, within: .seconds(2))
                    let gone = try eventually("the kernel tells of the removal", within: .seconds(2)) {
                        Self.time(ofRemovalIn: String(monitor.output.dropFirst(before)))
                    } until: {
                        $0 != nil
                    }.value
                    times.append(try #require(gone).timeIntervalSince(start) * 1000)
                    try fabric.lab.restore(fabric.node)
                }
                let median = times.sorted()[times.count / 2]
                print("route gone after the cut, ms: \(times.map { Int($0) }), median \(Int(median))")
                #expect(median < 160, "\(times)")
                try speaker.waitForError("BFD went down (6/10)")
            }
        }

        /// `[2026-01-02T03:04:05.678901] Deleted 192.0.2.0 via …`
        private static func time(ofRemovalIn text: String) -> Date? {
            guard let line = text.split(separator: "\n").first(where: { $0.contains("Deleted 192.0.2.0 ") }),
                let stamp = line.split(separator: "]").first?.dropFirst().split(separator: "T").last
            else { return nil }
            let parts = stamp.split(separator: ":").compactMap { Double($0) }
            guard parts.count == 3 else { return nil }
            let ofDay = parts[0] * 3600 + parts[1] * 60 + parts[2]
            let now = Date().timeIntervalSince1970
            return Date(timeIntervalSince1970: (now / 86_400).rounded(.down) * 86_400 + ofDay)
        }

        @Test("a router spreads requests over three nodes; one is cut, and none fails once the route is gone")
        func multipath() async throws {
            try await withLab { lab in
                let (lan, outside) = (try lab.addSwitch("lan"), try lab.addSwitch("outside"))
                let router = try lab.addRouter("router", on: lan, outside)
                let client = try lab.addNode("client", on: outside)
                try client.setDefaultRoute(via: router)
                try router.set(["net.ipv4.fib_multipath_hash_policy": "1"])
                let nodes = try (1...3).map { try lab.addNode("node\($0)", on: lan) }
                for node in nodes { try node.setDefaultRoute(via: router) }
                let sessions = nodes.map { Bird.session($0, name: "h\($0.name)", options: "passive; bfd on;") }
                let bird = try Bird(on: router, in: lab, Bird.bfd + sessions.joined(separator: "\n"))
                let bgp =
                    "{asn: 64512, peers: [{name: tor, address: \(router.interfaces[0].ipv4), asn: 64500, bfd: true, "
                    + "connectRetry: 200ms}]}"
                let speakers = try nodes.map { try Speaker(on: $0, in: lab, bgp: bgp).start() }
                for node in nodes { _ = try node.serveHTTP() }
                for speaker in speakers {
                    try speaker.waitUntil("Established")
                    try speaker.waitForBFD()
                }
                let address = try #require(IPAddress("192.0.2.0"))
                try eventually("three ways", within: Speaker.patience) {
                    try router.run(["ip", "route", "show", "192.0.2.0"]).text.split(separator: "nexthop").count == 4
                }
                var seen: Set<String> = []
                for _ in 0..<60 where seen.count < 3 {
                    if let page = try client.fetch(address) { seen.insert(page) }
                }
                #expect(seen == ["node1", "node2", "node3"])
                try lab.cut(nodes[1])
                try eventually("two ways", within: .seconds(2), every: .milliseconds(5)) {
                    try router.run(["ip", "route", "show", "192.0.2.0"]).text.split(separator: "nexthop").count == 3
                }
                for _ in 0..<20 {
                    let page = try client.fetch(address)
                    #expect(page == "node1" || page == "node3")
                }
                _ = bird
            }
        }
    }
}
