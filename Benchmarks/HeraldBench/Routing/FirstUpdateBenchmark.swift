import Lab
import NetworkTypes

/// From the KEEPALIVE that establishes a session to the first UPDATE on the wire, as a peer sees it.
struct FirstUpdateBenchmark {
    let stage: RouterStage
    private static let runs = 20

    func figures() throws -> [Figure] {
        let bgp =
            "{asn: 64512, listen: true, attach: none, grace: 0s, peers: [{name: tor, address: \(stage.router.ipv4), "
            + "asn: 64500, connect: passive, families: [ipv4]}]}"
        let running = try stage.startHerald(100, bgp: bgp)
        try eventually("herald listens", within: .seconds(10), every: .milliseconds(20)) {
            try stage.node.run(["ss", "-ltn"]).text.contains(":179")
        }
        LabClock.sleep(for: .seconds(1))
        let script =
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
            .joined(separator: "/") + "/Tests/HostilePeers/first.py"
        let output = try stage.router.run(
            ["python3", script, "\(stage.router.ipv4)", "\(stage.node.ipv4)", "\(Self.runs)"], timeout: .seconds(60))
        try running.end()
        let times = output.text.split(separator: "\n").compactMap { Double($0) }
        return [Figure("BGP: session established to first UPDATE", "ms", goal: .worst(10), times)]
    }
}
