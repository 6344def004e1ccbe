import Lab
import NetworkTypes

/// 10,000 prefixes to BIRD, from the session being up to the last of them, beside others as the sender; and one Service
/// more.
struct RouteBenchmark {
    let stage: RouterStage
    private static let routes = 10_000
    private static let runs = 5

    func figures() throws -> [Figure] {
        let bird = try stage.startBird()
        defer { _ = try? bird.end() }
        return try herald() + yardstick("BIRD", ofBird) + yardstick("GoBGP", ofGoBGP) + yardstick("ExaBGP", ofExaBGP)
    }

    /// Another sender in the same run; one that does not bring all its routes across is told, and left out.
    private func yardstick(_ sender: String, _ times: () throws -> [Double]) -> [Figure] {
        do {
            return [Figure("BGP: \(Self.routes) prefixes to BIRD, of \(sender)", "ms", try times())]
        } catch {
            Progress.note("  NOT MEASURED, \(sender) as the sender: \(error)")
            return []
        }
    }

    private func herald() throws -> [Figure] {
        let bgp =
            "{asn: 64512, attach: none, grace: 0s, peers: [{name: tor, address: \(stage.router.ipv4), asn: 64500, "
            + "connectRetry: 100ms, families: [ipv4]}]}"
        let running = try stage.startHerald(Self.routes, bgp: bgp)
        defer { _ = try? running.end() }
        try eventually("all routes are there", within: .seconds(120), every: .milliseconds(100)) {
            try stage.count() == Self.routes
        }
        var times: [Double] = []
        for _ in 0..<Self.runs {
            _ = try stage.ask("disable peer")
            LabClock.sleep(for: .milliseconds(1500))
            _ = try stage.ask("enable peer")
            times.append(try stage.timeToReceive(Self.routes, from: "herald"))
        }
        var footprint = Footprint()
        try footprint.take(running)
        return [
            Figure("BGP: \(Self.routes) prefixes to BIRD, of herald", "ms", goal: .median(500), times)
        ] + footprint.figures("with 10,000 Services over BGP", resident: nil, anonymous: 40)
    }

    /// As a yardstick: BIRD on both sides.
    private func ofBird() throws -> [Double] {
        let routes = (0..<Self.routes).map { "route \(Self.address($0))/32 blackhole;" }.joined(separator: "\n")
        let text = """
            router id \(stage.node.ipv4);
            protocol device {}
            protocol static { ipv4; \(routes) }
            protocol bgp peer { local as 64512; neighbor \(stage.router.ipv4) as 64500; connect delay time 1;
              ipv4 { import none; export all; }; }

            """
        let sender = try stage.start("sender", on: stage.node, text)
        defer { _ = try? sender.end() }
        return try (0..<Self.runs).map { run in
            if run > 0 {
                _ = try stage.ask("restart peer", of: "sender", on: stage.node)
                LabClock.sleep(for: .milliseconds(300))
            }
            return try stage.timeToReceive(Self.routes, from: "BIRD")
        }
    }

    private func ofGoBGP() throws -> [Double] {
        try stage.write(
            """
            [global.config]
              as = 64512
              router-id = "\(stage.node.ipv4)"
            [[neighbors]]
              [neighbors.config]
                neighbor-address = "\(stage.router.ipv4)"
                peer-as = 64500
              [neighbors.timers.config]
                connect-retry = 1
                idle-hold-time-after-reset = 1

            """, "gobgp.toml")
        // Its client hangs up after the last route, and what GoBGP has not taken by then is lost: at the end stand some routes
        // that it has already.
        let numbers = Array(0..<Self.routes) + Array(0..<Self.routes / 5)
        let dump = RoutingTableDump.octets(numbers.lazy.map(Self.address), nextHop: stage.node.ipv4)
        try stage.write(dump, "routes.mrt")
        _ = try stage.ask("disable peer")
        let sender = try stage.node.start(
            ["gobgpd", "-f", stage.path("gobgp.toml"), "--api-hosts", "127.0.0.1:50051", "-l", "error"])
        defer {
            _ = try? sender.end()
            _ = try? stage.ask("enable peer")
        }
        try eventually("GoBGP has the routes", within: .seconds(60), every: .milliseconds(500)) {
            let file = stage.path("routes.mrt")
            guard try stage.node.run(["gobgp", "mrt", "inject", "global", file], timeout: .seconds(60)).isSuccess else {
                return false
            }
            return try stage.node.run(["gobgp", "global", "rib", "summary"]).text.contains("\(Self.routes)")
        }
        return try (0..<Self.runs).map { run in
            if run > 0 { _ = try stage.ask("disable peer") }
            LabClock.sleep(for: .milliseconds(1500))
            _ = try stage.ask("enable peer")
            return try stage.timeToReceive(Self.routes, from: "GoBGP")
        }
    }

    private func ofExaBGP() throws -> [Double] {
        let routes = (0..<Self.routes).map { "route \(Self.address($0))/32 next-hop \(stage.node.ipv4);" }
        try stage.write(
            """
            neighbor \(stage.router.ipv4) {
              router-id \(stage.node.ipv4); local-address \(stage.node.ipv4); local-as 64512; peer-as 64500;
              group-updates true;
              static { \(routes.joined(separator: "\n")) }
            }

            """, "exabgp.conf")
        return try (0..<2).map { _ in
            let sender = try stage.node.start(
                ["exabgp", stage.path("exabgp.conf")],
                environment: [
                    "exabgp.daemon.user": "root", "exabgp.api.cli": "false", "exabgp.daemon.drop": "false",
                ])
            defer {
                _ = try? sender.end()
                LabClock.sleep(for: .milliseconds(1500))
            }
            return try stage.timeToReceive(Self.routes, from: "ExaBGP")
        }
    }

    private static func address(_ number: Int) -> IPAddress { IPAddress(ipv4: 0x0AC8_0000 + UInt32(number)) }
}
