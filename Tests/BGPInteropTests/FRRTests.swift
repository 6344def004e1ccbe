import FoundationEssentials
import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    @Suite struct FRRTests {
        @Test("a session carries both families, and BFD goes up; SIGTERM is told with its text")
        func session() async throws {
            try await withFabric { fabric in
                let capture = try fabric.lab.capture(on: fabric.router, filter: "port 179 or port 3784")
                let frr = try FRR(
                    on: fabric.router, in: fabric.lab,
                    FRR.session(
                        "\(fabric.node.ipv4)", identifier: "\(fabric.router.ipv4)", options: ["bfd", "passive"])
                )
                let speaker = try fabric.speaker(
                    fabric.bgp("bfd: true", more: "advertisements: [{communities: [\"64512:1:2\", \"64512:5\"]}]")
                ).start()
                try frr.waitForRoute(Fabric.ipv4)
                try frr.waitForRoute(Fabric.ipv6)
                let route = try frr.show("bgp ipv4 unicast \(Fabric.ipv4)")
                #expect(route.contains("Large Community: 64512:1:2"))
                #expect(route.contains("Community: 64512:5"))
                try speaker.waitForBFD()
                try eventually("FRR's BFD is up", within: Speaker.patience) {
                    try frr.show("bfd peers").contains("Status: up")
                }
                try speaker.running.terminate()
                try eventually("the community is seen", within: .seconds(2), every: .milliseconds(5)) {
                    try frr.show("bgp ipv4 unicast \(Fabric.ipv4)").lowercased().contains("graceful")
                }
                try frr.waitForNoRoute(Fabric.ipv4)
                try speaker.running.wait(timeout: .seconds(5))
                try eventually("FRR logs the text", within: Speaker.patience) {
                    frr.log.contains("herald on node node shuts down")
                }
                try capture.stop()
                let notifications = try capture.decode(fields: ["ip.src"], where: "bgp.type == 3")
                #expect(notifications.count == 1)
                #expect(try capture.expertProblems() == [])
            }
        }

        @Test("FRR dials with MD5 and TTL security; the session over IPv6 has IPv6 next hops for IPv4")
        func overIPv6() async throws {
            try await withFabric { fabric in
                let peer = "\(fabric.node.ipv6)"
                let frr = try FRR(
                    on: fabric.router, in: fabric.lab,
                    FRR.session(
                        peer, identifier: "\(fabric.router.ipv4)",
                        options: ["capability extended-nexthop", "password secret", "ttl-security hops 1"]))
                let bgp = fabric.bgp(
                    "connect: passive, ttlSecurity: true, passwordFile: \(fabric.lab.folder)/key", more: "listen: true"
                ).replacing("\(fabric.router.ipv4)", with: "\"\(fabric.router.ipv6)\"")
                try "secret\n".write(toFile: "\(fabric.lab.folder)/key", atomically: true, encoding: .utf8)
                let speaker = try fabric.speaker(bgp).start()
                try frr.waitForRoute(Fabric.ipv4)
                try frr.waitForRoute(Fabric.ipv6)
                #expect(try frr.show("bgp ipv4 unicast \(Fabric.ipv4)").contains(peer))
                #expect(try speaker.waitUntil("Established")?.advertised["ipv4"] == 1)
            }
        }

        @Test(
            "graceful restart: FRR keeps the routes of a killed herald, and over the loss of BFD when it heeds the C bit",
            arguments: [false, true])
        func gracefulRestart(hasBFD: Bool) async throws {
            try await withFabric { fabric in
                let configuration = FRR.session(
                    "\(fabric.node.ipv4)", identifier: "\(fabric.router.ipv4)",
                    options: hasBFD ? ["bfd", "bfd check-control-plane-failure"] : []
                ).replacing(" no bgp ebgp", with: " bgp graceful-restart\n no bgp ebgp")
                let frr = try FRR(on: fabric.router, in: fabric.lab, configuration)
                let bgp = fabric.bgp("gracefulRestart: 30s" + (hasBFD ? ", bfd: true" : ""))
                let speaker = try fabric.speaker(bgp, services: 2).start()
                try frr.waitForRoute("192.0.2.1/32")
                if hasBFD {
                    try eventually("FRR's BFD is up", within: Speaker.patience) {
                        try frr.show("bfd peers").contains("Status: up")
                    }
                }
                try speaker.running.kill9()
                if hasBFD {
                    try eventually("FRR's BFD is down", within: Speaker.patience) {
                        try frr.show("bfd peers").contains("Status: down")
                    }
                }
                try eventually("the session ends", within: Speaker.patience) {
                    try !frr.show("bgp neighbors \(fabric.node.ipv4)").contains("state = Established")
                }
                #expect(try frr.has(Fabric.ipv4))
                try speaker.delete("web1")
                try speaker.start()
                try frr.waitForNoRoute("192.0.2.1/32")
                #expect(try frr.has(Fabric.ipv4))
            }
        }

        @Test("BFD over several hops")
        func multihop() async throws {
            try await withHops { fabric in
                let frr = try FRR(
                    on: fabric.router, in: fabric.lab,
                    FRR.session(
                        "\(fabric.node.ipv4)", identifier: "\(fabric.router.ipv4)",
                        options: ["bfd", "ebgp-multihop 5", "update-source \(fabric.router.ipv4)"]))
                let speaker = try fabric.speaker(fabric.bgp("multihop: 4, bfd: true")).start()
                try frr.waitForRoute(Fabric.ipv4)
                try speaker.waitForBFD()
            }
        }

        @Test("unnumbered: each finds the other by router advertisements, and IPv4 goes by a link-local next hop")
        func unnumbered() async throws {
            try await withFabric { fabric in
                let configuration =
                    FRR.session("eth0", identifier: "\(fabric.router.ipv4)", options: ["bfd"])
                    .replacing("neighbor eth0 remote-as 64512", with: "neighbor eth0 interface remote-as 64512")
                    .replacing("log file", with: "interface eth0\n ipv6 nd ra-interval 1\nlog file")
                let frr = try FRR(on: fabric.router, in: fabric.lab, configuration)
                let speaker = try fabric.speaker(
                    "{asn: 64512, peers: [{name: tor, interface: eth0, asn: 64500, bfd: true, connectRetry: 200ms}]}"
                ).start()
                try frr.waitForRoute(Fabric.ipv4)
                try frr.waitForRoute(Fabric.ipv6)
                #expect(try frr.show("bgp ipv4 unicast \(Fabric.ipv4)").contains("fe80::"))
                try eventually("FRR's kernel has the route", within: Speaker.patience) {
                    try fabric.router.run(["ip", "route", "show", "192.0.2.0"]).text.contains("via inet6 fe80::")
                }
                try speaker.waitForBFD()
                #expect(speaker.log.contains("router found"))
            }
        }
    }
}
