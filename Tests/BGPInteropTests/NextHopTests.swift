import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    @Suite struct NextHopTests {
        private static func removeIPv6(_ node: Node) throws {
            _ = try node.run(["ip", "-6", "address", "flush", "dev", "eth0", "scope", "global"])
        }

        @Test("an IPv6 address that comes after the session brings its routes, and takes them along when it goes")
        func lateAddress() async throws {
            try await withFabric { fabric in
                try Self.removeIPv6(fabric.node)
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.session(fabric.node))
                let speaker = try fabric.speaker(fabric.bgp()).start()
                try bird.waitForRoute(Fabric.ipv4)
                #expect(try !bird.has(Fabric.ipv6))
                try fabric.node.configure("addr add \(fabric.node.ipv6)/64 dev eth0 nodad")
                try bird.waitForRoute(Fabric.ipv6)
                #expect(try bird.routes().contains("BGP.next_hop: \(fabric.node.ipv6)"))
                try Self.removeIPv6(fabric.node)
                try bird.waitForNoRoute(Fabric.ipv6)
                #expect(try bird.has(Fabric.ipv4))
                #expect(try speaker.waitUntil("Established")?.advertised == ["ipv4": 1, "ipv6": 0])
                #expect(!bird.log.contains("Connection closed"))
            }
        }

        @Test("what a bridge of containers has is no next hop, and status says what is missing")
        func bridge() async throws {
            try await withFabric { fabric in
                try Self.removeIPv6(fabric.node)
                try fabric.node.configure(
                    "link add docker0 type bridge", "link set docker0 up", "addr add fd00:d::1/64 dev docker0 nodad")
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.session(fabric.node))
                let speaker = try fabric.speaker(fabric.bgp()).start()
                try bird.waitForRoute(Fabric.ipv4)
                try eventually("status says why", within: Speaker.patience) {
                    try speaker.command("status").text.contains("no IPv6 next hop")
                }
                #expect(try !bird.has(Fabric.ipv6))
            }
        }

        @Test("a session from an address of loopback has it as next hop, and of the other family the way to the peer")
        func loopback() async throws {
            try await withFabric { fabric in
                try fabric.node.configure("addr add 10.255.0.1/32 dev lo")
                try fabric.router.configure("route add 10.255.0.1/32 via \(fabric.node.ipv4)")
                let session = Bird.session(fabric.node, options: "passive; multihop;")
                    .replacing("neighbor \(fabric.node.ipv4)", with: "neighbor 10.255.0.1")
                let bird = try Bird(on: fabric.router, in: fabric.lab, session)
                try fabric.speaker(fabric.bgp("source: 10.255.0.1, multihop: 2")).start()
                try bird.waitForRoute(Fabric.ipv4)
                try bird.waitForRoute(Fabric.ipv6)
                let routes = try bird.routes()
                #expect(routes.contains("BGP.next_hop: 10.255.0.1"))
                #expect(routes.contains("BGP.next_hop: \(fabric.node.ipv6)"))
            }
        }
    }
}
