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
    }
}
