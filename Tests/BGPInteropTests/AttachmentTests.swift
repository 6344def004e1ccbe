import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    /// Where addresses live.
    @Suite struct AttachmentTests {
        @Test("a device of ours that belongs to another is made once it is free, though nothing else happens")
        func deviceTaken() async throws {
            try await withFabric { fabric in
                try fabric.node.configure("tuntap add herald1 mode tun")
                let speaker = try fabric.speaker(fabric.bgp(more: "attach: link")).start()
                try speaker.waitForLog("exists already")
                try fabric.node.configure("tuntap del herald1 mode tun")
                try eventually("both addresses are on it", within: Speaker.patience, every: .milliseconds(50)) {
                    try fabric.node.addresses().count { $0.interface == "herald1" } == 2
                }
                #expect(speaker.log.ranges(of: "device cannot be used").count == 1)
                try speaker.running.end()
            }
        }

        @Test("addresses stay on lo, and peers keep their routes, until the device is there that they are to move to")
        func movedToTakenDevice() async throws {
            try await withFabric { fabric in
                func count(on interface: String) throws -> Int {
                    try fabric.node.addresses().count { held in
                        held.interface == interface && [Fabric.ipv4, Fabric.ipv6].contains("\(CIDR(held.address))")
                    }
                }
                let bird = try Bird(on: fabric.router, in: fabric.lab, Bird.session(fabric.node))
                try fabric.node.configure("tuntap add herald1 mode tun")
                let speaker = try fabric.speaker(fabric.bgp()).start()
                for prefix in [Fabric.ipv4, Fabric.ipv6] { try bird.waitForRoute(prefix) }
                try speaker.configure(bgp: fabric.bgp(more: "attach: link"))
                try speaker.waitForLog("device cannot be used")
                #expect(try count(on: "lo") == 2)
                #expect(try speaker.peers().problems.contains { $0.contains("bgp.attach is link") })
                let updates = try speaker.peer()?.sent["UPDATE"]
                try fabric.node.configure("tuntap del herald1 mode tun")
                try eventually("both addresses are on it alone", within: Speaker.patience, every: .milliseconds(50)) {
                    try count(on: "herald1") == 2 && count(on: "lo") == 0
                }
                for prefix in [Fabric.ipv4, Fabric.ipv6] { #expect(try bird.has(prefix)) }
                #expect(try speaker.peer()?.sent["UPDATE"] == updates)
                #expect(try speaker.peers().problems.isEmpty)
                try speaker.running.end()
            }
        }

        @Test("a device of ours that someone deletes is made anew, and has its addresses again")
        func deviceDeleted() async throws {
            try await withFabric { fabric in
                func waitForAddresses() throws {
                    try eventually("both addresses are on it", within: Speaker.patience, every: .milliseconds(50)) {
                        try fabric.node.addresses().count { $0.interface == "herald1" } == 2
                    }
                }
                let speaker = try fabric.speaker(fabric.bgp(more: "attach: link")).start()
                try waitForAddresses()
                try fabric.node.configure("link del herald1")
                try waitForAddresses()
                try speaker.running.end()
            }
        }
    }
}
