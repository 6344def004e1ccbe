import Lab
import NetworkTypes
import Testing

extension IntegrationSuite {
    @Suite struct WireTests {
        /// When each announcement is due, counted from the first, in milliseconds.
        private static let schedule = [0, 50, 150, 500, 1000, 2000, 5000]

        /// Expects frames at the scheduled times, each `copies` at once; early by no more than a capture's jitter, late
        /// by what a busy machine may cost.
        private func expectSchedule(_ frames: [Frame], copies: Int) throws {
            try #require(frames.count == Self.schedule.count * copies)
            for (round, due) in Self.schedule.enumerated() {
                for frame in frames[round * copies..<(round + 1) * copies] {
                    let offset = frames[0].time.duration(to: frame.time)
                    #expect(offset > .milliseconds(due - 10), "announcement \(round)")
                    #expect(offset < .milliseconds(due + 250), "announcement \(round)")
                }
            }
        }

        @Test("an announcement is what the RFCs ask for, seven times in five seconds, and nothing in it is malformed")
        func announcement() async throws {
            let dual = Manifest(name: "dual", addresses: "10.0.1.100,fd00:0:0:1::100", isDualStack: true)
            try await withSite(Settings(), dual, isStarted: false) { site in
                let capture = try site.lab.capture(on: site.client, filter: "arp or icmp6")
                try site.herald.start()
                try site.herald.waitUntilAnnounced("dual")
                // The first announcement went before the status was written.
                LabClock.sleep(for: .milliseconds(5300))
                try capture.stop()
                #expect(try capture.expertProblems().isEmpty)
                try expectGratuitousARP(in: capture, from: site.node.mac)
                try expectAdvertisements(in: capture, from: site.node.primary)
            }
        }

        private func expectGratuitousARP(in capture: Capture, from mac: MACAddress) throws {
            let frames = try capture.decode(
                fields: ["eth.src", "eth.dst", "arp.opcode", "arp.src.hw_mac", "arp.dst.hw_mac", "arp.dst.proto_ipv4"],
                where: "arp.src.proto_ipv4 == 10.0.1.100")
            try expectSchedule(frames, copies: 2)
            #expect(frames.map { $0["arp.opcode"] } == Self.schedule.flatMap { _ in ["1", "2"] })
            for frame in frames {
                #expect(frame["eth.src"] == mac.description)
                #expect(frame["eth.dst"] == "ff:ff:ff:ff:ff:ff")
                #expect(frame["arp.src.hw_mac"] == mac.description)
                #expect(frame["arp.dst.proto_ipv4"] == "10.0.1.100")
            }
            #expect(frames.filter { $0["arp.opcode"] == "2" }.allSatisfy { $0["arp.dst.hw_mac"] == mac.description })
        }

        private func expectAdvertisements(in capture: Capture, from interface: Interface) throws {
            let frames = try capture.decode(
                fields: [
                    "eth.src", "eth.dst", "ipv6.src", "ipv6.dst", "ipv6.hlim", "icmpv6.nd.na.flag.o",
                    "icmpv6.nd.na.flag.s", "icmpv6.nd.na.flag.r", "icmpv6.opt.linkaddr", "icmpv6.checksum.status",
                ], where: "icmpv6.type == 136 and icmpv6.nd.na.target_address == fd00:0:0:1::100")
            try expectSchedule(frames, copies: 1)
            for frame in frames {
                #expect(frame["eth.src"] == interface.mac.description)
                #expect(frame["eth.dst"] == "33:33:00:00:00:01")
                #expect(frame["ipv6.src"] == interface.linkLocal.description)
                #expect(frame["ipv6.dst"] == "ff02::1")
                #expect(frame["ipv6.hlim"] == "255")
                #expect(frame.isSet("icmpv6.nd.na.flag.o"))
                #expect(!frame.isSet("icmpv6.nd.na.flag.s"))
                #expect(!frame.isSet("icmpv6.nd.na.flag.r"))
                #expect(frame["icmpv6.opt.linkaddr"] == interface.mac.description)
                #expect(frame["icmpv6.checksum.status"] == "1")
            }
        }
    }
}

extension Frame {
    /// Older versions of tshark write 1 and newer ones True.
    fileprivate func isSet(_ flag: String) -> Bool { self[flag] == "1" || self[flag] == "True" }
}
