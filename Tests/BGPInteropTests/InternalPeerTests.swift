import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    @Suite struct InternalPeerTests {
        /// A route reflector that has a route of its own to reflect, from `origin`.
        private static func reflector(_ fabric: Fabric, _ origin: Node) -> String {
            let channel = "ipv4 { import all; export all; }; ipv6 { import all; export none; };"
            return """
                protocol bgp herald { local as 64512; neighbor \(fabric.node.ipv4) as 64512; passive; rr client;
                  \(channel) }
                protocol bgp origin { local as 64512; neighbor \(origin.ipv4) as 64512; passive; rr client; \(channel) }
                """
        }

        @Test("iBGP with a route reflector: LOCAL_PREF, an empty AS_PATH, and what is reflected is no mistake")
        func reflector() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let fabric = Fabric(
                    lab: lab, router: try lab.addNode("router", on: lan), node: try lab.addNode("node", on: lan))
                let origin = try lab.addNode("origin", on: lan)
                let bird = try Bird(on: fabric.router, in: lab, Self.reflector(fabric, origin))
                let source = try Bird(
                    on: origin, in: lab,
                    """
                    protocol static own { ipv4; route 203.0.113.0/24 blackhole; }
                    protocol bgp reflector { local as 64512; neighbor \(fabric.router.ipv4) as 64512;
                      ipv4 { import all; export all; next hop self; }; ipv6 { import all; export none; }; }
                    """)
                let speaker = try fabric.speaker(
                    fabric.bgp(peerASN: "64512", more: "advertisements: [{localPreference: 250, prepend: 2, med: 7}]")
                ).start()
                try bird.waitForRoute(Fabric.ipv4)
                try bird.waitForRoute(Fabric.ipv6)
                let lines = try bird.command("show route all protocol herald").split(separator: "\n")
                    .map { $0.trimming(" \t") }
                #expect(lines.filter { $0 == "BGP.local_pref: 250" }.count == 2, "\(lines)")
                #expect(lines.filter { $0 == "BGP.as_path:" }.count == 2, "\(lines)")
                #expect(lines.filter { $0 == "BGP.med: 7" }.count == 2, "\(lines)")
                try eventually("a reflected route has come", within: Speaker.patience) {
                    (try speaker.peer()?.receivedPrefixes ?? 0) >= 1
                }
                let peer = try #require(try speaker.peer())
                #expect(peer.treatedAsWithdraw == 0 && peer.discardedAttributes == 0 && peer.lastError == nil)
                // The other client has herald's route by way of the reflector.
                try source.waitForRoute(Fabric.ipv4)
                #expect(try source.routes().contains("BGP.originator_id: \(fabric.node.ipv4)"))
            }
        }

        @Test("a router that knows AS numbers of two octets alone learns the others from AS4_PATH")
        func twoOctets() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(fabric.node, options: "passive; enable as4 off;"))
                let speaker = try fabric.speaker(
                    fabric.bgp("localASN: 64512, showRealASN: true", asn: "4200000002")
                ).start()
                try bird.waitForRoute(Fabric.ipv4)
                try bird.waitForRoute(Fabric.ipv6)
                #expect(try bird.routes().contains("BGP.as_path: 64512 4200000002"))
                #expect(!bird.log.contains("Invalid") && !bird.log.contains("Error: "))
                #expect(try speaker.peer()?.state == "Established")
            }
        }

        @Test("until it is known what is to be announced, there is no End-of-RIB: the router keeps what it has")
        func patientRestart() async throws {
            try await withFabric { fabric in
                let bird = try Bird(
                    on: fabric.router, in: fabric.lab,
                    Bird.session(fabric.node, options: "passive; graceful restart on;"))
                let bgp = fabric.bgp("gracefulRestart: 120s", more: "onShutdown: restart")
                let speaker = try fabric.speaker(bgp).start()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.running.end()
                // The cluster does not answer this time.
                try speaker.configure(
                    bgp: bgp, source: "{kubernetes: {kubeconfig: \(speaker.home)/kubeconfig}}")
                try speaker.write(
                    """
                    apiVersion: v1
                    kind: Config
                    current-context: away
                    contexts: [{name: away, context: {cluster: away, user: away}}]
                    clusters: [{name: away, cluster: {server: "http://127.0.0.1:9"}}]
                    users: [{name: away, user: {}}]

                    """, "kubeconfig")
                try speaker.start()
                try speaker.waitUntil("Established")
                _ = try fabric.node.run(["sleep", "3"])
                #expect(try bird.has(Fabric.ipv4))
                #expect(try speaker.peer()?.sent["UPDATE"] ?? 0 == 0)
                // It does when the cluster's place is taken by a directory.
                try speaker.running.end()
                try speaker.configure(bgp: bgp)
                try speaker.start()
                try speaker.waitUntil("Established")
                try eventually("the routes are announced anew", within: Speaker.patience) {
                    (try speaker.peer()?.sent["UPDATE"] ?? 0) >= 3
                }
                #expect(try bird.has(Fabric.ipv4))
            }
        }
    }
}

extension Substring {
    fileprivate func trimming(_ characters: String) -> String {
        var rest = self
        while let first = rest.first, characters.contains(first) { rest.removeFirst() }
        while let last = rest.last, characters.contains(last) { rest.removeLast() }
        return String(rest)
    }
}
