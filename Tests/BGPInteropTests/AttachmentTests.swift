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
