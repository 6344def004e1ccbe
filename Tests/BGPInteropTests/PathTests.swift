import FoundationEssentials
import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    /// BFD beside BIRD on other paths than one link of IPv4, and through pauses of herald.
    @Suite struct PathTests {
        private static let options = "bfd on; error wait time 1, 1;"

        @Test("over several hops: the cable is pulled behind a router, and the route goes at once")
        func multihop() async throws {
            try await withHops { fabric in
                let session = Bird.session(
                    fabric.node, options: "passive; multihop 4; source address \(fabric.router.ipv4); \(Self.options)")
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.bfd + session)
                let speaker = try fabric.speaker(fabric.bgp("multihop: 4, bfd: true")).start()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.waitForBFD(bird)
                try fabric.lab.cut(fabric.node)
                try bird.waitForNoRoute(Fabric.ipv4, within: .milliseconds(500))
                try speaker.waitForError("BFD went down (6/10)")
                try fabric.lab.restore(fabric.node)
                try bird.waitForRoute(Fabric.ipv4)
            }
        }

        @Test("over IPv6: the cable is pulled, and the route goes at once")
        func overIPv6() async throws {
            try await withFabric { fabric in
                let session = Bird.session(fabric.node, options: "passive; \(Self.options)")
                    .replacing("neighbor \(fabric.node.ipv4)", with: "neighbor \(fabric.node.ipv6)")
                    .replacing("ipv4 { import", with: "ipv4 { extended next hop on; import")
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.bfd + session)
                let bgp = fabric.bgp("bfd: true").replacing("\(fabric.router.ipv4)", with: "\"\(fabric.router.ipv6)\"")
                let speaker = try fabric.speaker(bgp).start()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.waitForBFD(bird)
                try fabric.lab.cut(fabric.node)
                try bird.waitForNoRoute(Fabric.ipv4, within: .milliseconds(500))
                try speaker.waitForError("BFD went down (6/10)")
            }
        }

        @Test("a herald that is stopped for less than the detection time loses nothing, for longer it comes back")
        func pauses() async throws {
            try await withFabric { fabric in
                let session = Bird.session(fabric.node, options: "passive; \(Self.options)")
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.bfd + session)
                let speaker = try fabric.speaker(fabric.bgp("bfd: true")).start()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.waitForBFD(bird)
                let process = try speaker.running
                for _ in 0..<10 {
                    process.stop()
                    _ = try fabric.node.run(["sleep", "0.02"])
                    process.resume()
                    _ = try fabric.node.run(["sleep", "0.2"])
                }
                #expect(!speaker.log.contains("detection time expired"))
                #expect(!bird.log.contains("BFD session down"))
                process.stop()
                try bird.waitForNoRoute(Fabric.ipv4, within: .milliseconds(500))
                process.resume()
                try bird.waitForRoute(Fabric.ipv4)
                try speaker.waitForBFD(bird)
                // Its own clock stood still as well: it was BIRD that ended the session.
                #expect(!speaker.log.contains("detection time expired"))
            }
        }
    }
}
