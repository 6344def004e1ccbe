import Lab
import NetworkTypes
import Testing

extension LabSuite {
    @Suite struct FaultTests {
        /// A client and a server that answers by echo.
        private func withPair(_ body: @escaping @Sendable (Lab, _ client: Node, _ server: Node) throws -> Void)
            async throws
        {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let client = try lab.addNode("client", on: lan)
                let server = try lab.addNode("server", on: lan)
                _ = try server.serveEcho()
                try body(lab, client, server)
            }
        }

        @Test("a cut takes the carrier away and a restore brings it back, within milliseconds")
        func cut() async throws {
            try await withPair { lab, client, server in
                #expect(try server.hasCarrier())
                try lab.cut(server)
                let lost = try eventually(within: .seconds(2)) { try !server.hasCarrier() }
                #expect(try !client.reaches(server.ipv4))

                try lab.restore(server)
                let back = try eventually(within: .seconds(2)) { try server.hasCarrier() }
                // The client asked for the server's MAC address in vain and asks again after a second.
                #expect(try client.reaches(server.ipv4, within: .seconds(2)))
                #expect(try client.reaches(server.ipv6, within: .seconds(2)))
                print("lab: carrier lost after \(lost), back after \(back)")
                #expect(lost < .milliseconds(500) && back < .milliseconds(500))
                #expect(lab.timeline.map(\.what) == ["cut server", "restore server"])
            }
        }

        @Test("a one-way block loses frames one way only, with carrier up", arguments: [Direction.outgoing, .incoming])
        func oneWay(direction: Direction) async throws {
            try await withPair { lab, client, server in
                // Both know each other, so that only echo messages are in play.
                #expect(try client.reaches(server.ipv4))
                let capture = try lab.capture(on: server, filter: "icmp")
                try lab.block(server, direction)
                #expect(try !client.reaches(server.ipv4))
                #expect(try server.hasCarrier())
                try lab.heal()
                #expect(try client.reaches(server.ipv4))
                try capture.stop()

                let types = try capture.decode(fields: ["icmp.type"]).compactMap { $0["icmp.type"] }
                // Blocked incoming, the server never saw the first request; blocked outgoing, it answered in vain.
                #expect(types == (direction == .incoming ? ["8", "0"] : ["8", "0", "8", "0"]))
            }
        }

        @Test("a partition separates groups and nothing else")
        func partition() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let nodes = try (1...4).map { try lab.addNode("node\($0)", on: lan) }
                let wall = try lab.partition([nodes[0], nodes[1]], [nodes[2]])

                #expect(try nodes[0].reaches(nodes[1].ipv4))
                #expect(try !nodes[0].reaches(nodes[2].ipv4))
                #expect(try !nodes[2].reaches(nodes[1].ipv6))
                #expect(try nodes[2].reaches(nodes[3].ipv4), "in no group")
                try lab.heal(wall)
                try nodes[2].flushNeighbours()
                #expect(try nodes[2].reaches(nodes[1].ipv6))
            }
        }

        @Test("only the traffic that was named is lost")
        func onlySome() async throws {
            try await withPair { lab, client, server in
                _ = try server.serveHTTP()
                for obstacle in [Traffic.udp(port: 7777), .tcp(port: 80)] {
                    let wall = try lab.block(server, .both, only: obstacle)
                    for family in AddressFamily.allCases {
                        let address = server.primary.address(family)
                        #expect(try client.reaches(address), "\(obstacle)")
                        let page = try client.fetch(address, within: .milliseconds(200))
                        #expect(page == (obstacle == .tcp(port: 80) ? nil : "server"), "\(obstacle)")
                        let probe = try client.probe(address, .udp(port: 7777), patience: .milliseconds(30))
                        LabClock.sleep(for: .milliseconds(30))
                        let answered = try probe.finish().targets.map(\.answered)
                        #expect((answered == [0]) == (obstacle == .udp(port: 7777)), "\(obstacle)")
                    }
                    try lab.heal(wall)
                }
            }
        }

        @Test("ARP and Neighbour Discovery can be lost by themselves")
        func resolution() async throws {
            try await withPair { lab, client, server in
                try lab.blockEverywhere(.arp)
                #expect(try !client.reaches(server.ipv4))
                #expect(try client.reaches(server.ipv6))
                try lab.heal()
                try lab.blockEverywhere(.neighbourDiscovery)
                try client.flushNeighbours()
                try server.flushNeighbours()
                #expect(try client.reaches(server.ipv4))
                #expect(try !client.reaches(server.ipv6))
            }
        }

        @Test("a probe reports the gap that a cut makes, as long as it was")
        func gap() async throws {
            try await withPair { lab, client, server in
                let probe = try client.probe([server.ipv4, server.ipv6], .udp(port: 7777), every: .milliseconds(2))
                LabClock.sleep(for: .milliseconds(60))
                let cut = try lab.cut(server)
                LabClock.sleep(for: .milliseconds(200))
                let restore = try lab.restore(server)
                // Long enough for a second try to resolve the client's address.
                LabClock.sleep(for: .milliseconds(1300))
                let report = try probe.finish()

                let shortest = cut.ended.duration(to: restore.began) - .milliseconds(4)
                for target in report.targets {
                    let gap = try #require(target.gaps.first)
                    print(
                        "lab: cut \(cut.began.duration(to: restore.ended)), gap \(gap.duration ?? .zero)",
                        "lost \(gap.lost), probe late by \(Duration.nanoseconds(report.worstLateness)) at worst")
                    #expect(target.gaps.count == 1)
                    #expect(gap.began > cut.began.advanced(by: .milliseconds(-2)))
                    #expect(try #require(gap.duration) >= shortest)
                    #expect(gap.before == "server" && gap.after == "server")
                }
            }
        }

        @Test("a quiet network has no gaps")
        func noGap() async throws {
            try await withPair { lab, client, server in
                let probe = try client.probe([server.ipv4, server.ipv6], every: .milliseconds(1))
                LabClock.sleep(for: .milliseconds(300))
                let report = try probe.finish()
                #expect(report.gaps.isEmpty)
                #expect(report.targets.allSatisfy { $0.lost == 0 && $0.duplicates == 0 && $0.sent > 100 })
            }
        }
    }
}
