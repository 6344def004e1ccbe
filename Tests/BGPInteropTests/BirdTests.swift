import FoundationEssentials
import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    @Suite struct BirdTests {
        @Test("a session carries both families, communities and End-of-RIB, and tshark finds nothing wrong")
        func session() async throws {
            try await withFabric { fabric in
                let capture = try fabric.lab.capture(on: fabric.router, filter: "port 179 or port 3784")
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.bfd + Bird.session(fabric.node, options: "passive; bfd on;"))
                let advertisement =
                    "advertisements: [{pools: [edge], communities: [\"64512:100\", no-export, \"64512:1:2\", \"rt:64512:7\"], "
                    + "med: 7, prepend: 1}]"
                let speaker = try fabric.speaker(fabric.bgp("bfd: true", more: advertisement)).start()
                try bird.waitForRoute(Fabric.ipv4)
                try bird.waitForRoute(Fabric.ipv6)
                let routes = try bird.routes()
                #expect(routes.contains("BGP.as_path: 64512 64512"))
                #expect(routes.contains("BGP.next_hop: \(fabric.node.ipv4)"))
                #expect(routes.contains("BGP.next_hop: \(fabric.node.ipv6)"))
                #expect(routes.contains("BGP.community: (64512,100) (65535,65281)"))
                #expect(routes.contains("BGP.large_community: (64512, 1, 2)"))
                #expect(routes.contains("BGP.ext_community: (rt, 64512, 7)"))
                #expect(routes.contains("BGP.med: 7"))
                let peer = try eventually("BFD is up", within: Speaker.patience) {
                    try speaker.peer()
                } until: {
                    $0?.bfd?.state == "Up"
                }.value
                #expect(peer?.advertised == ["ipv4": 1, "ipv6": 1])
                #expect(try speaker.node.hasAddress(IPAddress("192.0.2.0") ?? fabric.node.ipv4))

                try speaker.apply("more")
                try bird.waitForRoute("192.0.2.1/32")
                try speaker.delete("more")
                try bird.waitForNoRoute("192.0.2.1/32")
                #expect(try bird.show("protocols all herald").contains("Route change stats"))

                let text = try speaker.command("bgp", "routes").text
                #expect(text.contains("fd00:55::/128"))
                #expect(try speaker.command("status").text.contains("Established"))
                try speaker.running.end()
                try bird.waitForNoRoute(Fabric.ipv4)
                try capture.stop()
                #expect(try capture.expertProblems() == [])
            }
        }

        @Test("SIGTERM: GRACEFUL_SHUTDOWN is seen, then withdrawal, then a Cease with its text")
        func farewell() async throws {
            try await withFabric { fabric in
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.session(fabric.node))
                let speaker = try fabric.speaker(fabric.bgp()).start()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.running.terminate()
                try eventually("the community is seen", within: .seconds(2), every: .milliseconds(5)) {
                    try bird.routes().contains("(65535,0)")
                }
                try bird.waitForNoRoute(Fabric.ipv4)
                try bird.waitForLog("herald on node node shuts down")
                let end = try speaker.running.wait(timeout: .seconds(5))
                #expect(end.isSuccess)
                #expect(try !speaker.node.hasAddress(IPAddress("192.0.2.0") ?? fabric.node.ipv4))
            }
        }

        @Test("with graceful restart a killed herald's routes stay, and go on after its return")
        func gracefulRestart() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(fabric.node, options: "passive; graceful restart on;"))
                let speaker = try fabric.speaker(fabric.bgp("gracefulRestart: 30s"), services: 2).start()
                try bird.waitForRoute("fd00:55::1/128")
                try speaker.running.kill9()
                try eventually("the session ends", within: Speaker.patience) {
                    try !bird.show("protocols herald").contains("Established")
                }
                #expect(try bird.has(Fabric.ipv4))
                try speaker.delete("web1")
                try speaker.start()
                try speaker.waitUntil("Established")
                try eventually("stale routes are gone", within: Speaker.patience) {
                    try !bird.show("protocols all herald").contains("stale") && !bird.has("192.0.2.1/32")
                        && bird.has(Fabric.ipv4)
                }
            }
        }

        @Test("onShutdown: restart leaves without a word, and the routes stay")
        func quietRestart() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(fabric.node, options: "passive; graceful restart on;"))
                let speaker = try fabric.speaker(fabric.bgp("gracefulRestart: 30s", more: "onShutdown: restart"))
                    .start()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.running.end()
                #expect(try bird.has(Fabric.ipv4))
                try speaker.start()
                try speaker.waitUntil("Established")
                #expect(try bird.has(Fabric.ipv4))
            }
        }

        @Test("TCP MD5: the right key connects, a wrong one never; a new one resets the session, a lost one nothing")
        func passwords() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(fabric.node, options: "passive; password \"right\";"))
                let speaker = try fabric.speaker(fabric.bgp("passwordFile: \(fabric.lab.folder)/key"))
                try "wrong\n".write(toFile: "\(fabric.lab.folder)/key", atomically: true, encoding: .utf8)
                try speaker.start()
                try eventually("a dial fails", within: Speaker.patience) {
                    try speaker.peer()?.lastError?.contains("cannot connect") == true
                }
                #expect(try !bird.has(Fabric.ipv4))
                try "right\n".write(toFile: "\(fabric.lab.folder)/key", atomically: true, encoding: .utf8)
                try bird.waitForRoute(Fabric.ipv4)
                try String(repeating: "x", count: 81).write(
                    toFile: "\(fabric.lab.folder)/key", atomically: true, encoding: .utf8)
                try eventually("status tells", within: Speaker.patience) {
                    try speaker.peers().problems.contains { $0.contains("1 to 80") && $0.contains("stays in use") }
                }
                try FileManager.default.removeItem(atPath: "\(fabric.lab.folder)/key")
                try speaker.waitForLog("No such file")
                #expect(try speaker.peer()?.state == "Established")
                #expect(try bird.has(Fabric.ipv4))
                try "other\n".write(toFile: "\(fabric.lab.folder)/key", atomically: true, encoding: .utf8)
                try eventually("all is well with the file", within: Speaker.patience) {
                    try speaker.peers().problems.isEmpty
                }
                try bird.waitForNoRoute(Fabric.ipv4)
            }
        }

        @Test("the same password from another file resets nothing")
        func passwordFromElsewhere() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(fabric.node, options: "passive; password \"right\";"))
                for name in ["one", "two"] {
                    try "right\n".write(toFile: "\(fabric.lab.folder)/\(name)", atomically: true, encoding: .utf8)
                }
                let speaker = try fabric.speaker(fabric.bgp("passwordFile: \(fabric.lab.folder)/one")).start()
                try bird.waitForRoute(Fabric.ipv4)
                let bgp = fabric.bgp(
                    "passwordFile: \(fabric.lab.folder)/two", more: "advertisements: [{communities: [\"64512:9\"]}]")
                try speaker.configure(bgp: bgp)
                try eventually("the community is there", within: Speaker.patience) {
                    try bird.routes().contains("(64512,9)")
                }
                #expect(!bird.log.contains("Received: ") && !bird.log.contains("Connection closed"))
            }
        }

        @Test("the peer dials: with listen, MD5 and TTL security on the listener")
        func listening() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(
                        fabric.node,
                        options: "password \"key\"; ttl security on; connect delay time 1; connect retry time 1;"))
                let speaker = try fabric.speaker(
                    fabric.bgp(
                        "connect: passive, passwordFile: \(fabric.lab.folder)/key, ttlSecurity: true",
                        more: "listen: true"))
                try "key".write(toFile: "\(fabric.lab.folder)/key", atomically: true, encoding: .utf8)
                try speaker.start()
                try bird.waitForRoute(Fabric.ipv4)
                #expect(try speaker.waitUntil("Established")?.advertised["ipv6"] == 1)
            }
        }

        @Test("a node is not ready before its first session, for half a minute")
        func readiness() async throws {
            try await withFabric { fabric in
                func ready() throws -> String {
                    try fabric.node.run(["curl", "-sS", "--max-time", "5", "http://127.0.0.1:9817/readyz?verbose"]).text
                }
                let speaker = try fabric.speaker(fabric.bgp()).start()
                try speaker.waitUntil("Active")
                #expect(try ready().contains("[-] bgp: 0 of 1 sessions established\n"))
                #expect(try ready().hasSuffix("not ready\n"))
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.session(fabric.node))
                try bird.waitForRoute(Fabric.ipv4)
                #expect(try ready().contains("[+] bgp: 1 of 1 sessions established\nready\n"))
            }
        }

        @Test("both sides dial at the same moment, again and again, and each time one session stands")
        func collision() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(
                        fabric.node, options: "connect delay time 1; connect retry time 1; error wait time 1,2;"))
                let speaker = try fabric.speaker(fabric.bgp("connect: both", more: "listen: true")).start()
                for _ in 0..<4 {
                    try bird.waitForRoute(Fabric.ipv4)
                    try speaker.waitUntil("Established")
                    _ = try bird.command("restart herald")
                    try eventually("the session ends", within: .seconds(5)) {
                        try bird.show("protocols herald").contains("Established") == false
                    }
                }
                try bird.waitForRoute(Fabric.ipv4)
            }
        }

        @Test("AS numbers of four octets, both ways, and iBGP")
        func asNumbers() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(fabric.node, asn: "4200000001", herald: "4200000002"))
                let speaker = try fabric.speaker(fabric.bgp(asn: "4200000002", peerASN: "4200000001")).start()
                try bird.waitForRoute(Fabric.ipv4)
                #expect(try bird.routes().contains("BGP.as_path: 4200000002"))
                try speaker.configure(
                    bgp: fabric.bgp(
                        asn: "4200000001", peerASN: "4200000001",
                        more: "advertisements: [{localPreference: 250}]"))
                _ = try bird.node.run(["true"])
                try speaker.waitForError("AS number")
            }
        }

        @Test("a session over IPv6 carries IPv4, with the node's IPv4 address as next hop")
        func overIPv6() async throws {
            try await withFabric { fabric in
                let session = Bird.session(fabric.node)
                    .replacing("neighbor \(fabric.node.ipv4)", with: "neighbor \(fabric.node.ipv6)")
                    .replacing("ipv4 { import", with: "ipv4 { extended next hop on; import")
                let bird = try Bird(on: fabric.router, in: fabric.lab, session)
                let bgp = fabric.bgp().replacing("\(fabric.router.ipv4)", with: "\"\(fabric.router.ipv6)\"")
                _ = try fabric.speaker(bgp).start()
                try bird.waitForRoute(Fabric.ipv4)
                try bird.waitForRoute(Fabric.ipv6)
                #expect(try bird.routes().contains("BGP.next_hop: \(fabric.node.ipv6)"))
            }
        }

        @Test("route refresh is answered, and a changed community is sent without a reset")
        func refreshAndChange() async throws {
            try await withFabric { fabric in
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.session(fabric.node))
                let speaker = try fabric.speaker(fabric.bgp()).start()
                try bird.waitForRoute(Fabric.ipv4)
                let before = try speaker.waitUntil("Established")?.sent["UPDATE"] ?? 0
                _ = try bird.command("reload in herald")
                try eventually("the refresh is answered", within: Speaker.patience) {
                    (try speaker.peer()?.sent["UPDATE"] ?? 0) > before
                }
                try speaker.configure(bgp: fabric.bgp(more: "advertisements: [{communities: [\"64512:9\"]}]"))
                try eventually("the community is there", within: Speaker.patience) {
                    try bird.routes().contains("(64512,9)")
                }
                #expect(!bird.log.contains("Connection closed"))
                #expect(try bird.has(Fabric.ipv4))
                try speaker.waitForLog("routes are looked at again")
                try speaker.configure(bgp: fabric.bgp("holdTime: 30s"))
                try speaker.waitForLog("the session is reset")
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.configure(bgp: "{asn: 64512}")
                try bird.waitForNoRoute(Fabric.ipv4)
                try bird.waitForLog("Peer de-configured")
            }
        }
    }
}
