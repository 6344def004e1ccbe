import Lab
import NetworkTypes

/// From a Service that is created to a client's first answer from its pod: kube-proxy's part is played by nftables, which
/// let through and forward what comes for an address once a status has it.
struct FirstPacketBenchmark {
    let stage: FigureStage
    let services: Int
    private static let port: UInt16 = 7777

    func figures() throws -> [Figure] {
        let pod = try stage.client.serveEcho(port: Self.port)
        defer { _ = try? pod.end() }
        try stage.node.set(["net.ipv4.ip_forward": "1"])
        try stage.write(rules, "proxy.nft")
        try run(["nft", "-f", stage.path("proxy.nft")])
        let running = try stage.start("arp")
        var firsts: [Double] = []
        for number in 1...services { firsts += try first(number) }
        try stage.end(running)
        try run(["nft", "delete", "table", "ip", "proxy"])
        return [
            Figure(
                "Service created to first packet through kube-proxy (nftables)", "ms", goal: .median(120), firsts)
        ]
    }

    private func first(_ number: Int) throws -> [Double] {
        let address = stage.address(number)
        let probe = try stage.client.probe(
            address, .udp(port: Self.port), every: .milliseconds(2), patience: .milliseconds(50))
        LabClock.sleep(for: .milliseconds(Int64(60 + number * 37 % 100)))
        let created = try stage.create("packet-\(number)")
        try eventually("the status is there", within: .seconds(10), every: .microseconds(500)) {
            try stage.server.times().announced > 0
        }
        try run(["nft", "add", "element", "ip", "proxy", "announced", "{ \(address) }"])
        LabClock.sleep(for: .milliseconds(300))
        let report = try probe.finish()
        guard let gap = report.gaps.first(where: { $0.beganAt < created.nanoseconds }), let end = gap.endedAt else {
            return []
        }
        return [milliseconds(from: created, to: end)]
    }

    /// Before connection tracking, so that no packet of the time before leaves a trace.
    private var rules: String {
        """
        table ip proxy {
            set announced { type ipv4_addr; }
            chain early { type filter hook prerouting priority raw;
                ip daddr 10.1.64.0/20 ip daddr != @announced drop; }
            chain before { type nat hook prerouting priority dstnat;
                ip daddr @announced udp dport \(Self.port) ct mark set 1 dnat to \(stage.client.ipv4); }
            chain after { type nat hook postrouting priority srcnat; ct mark 1 masquerade; }
        }

        """
    }

    private func run(_ command: [String]) throws {
        let output = try stage.node.run(command)
        guard output.isSuccess else {
            throw Site.Failure(description: "\(command.joined(separator: " ")): \(output.errors)")
        }
    }
}
