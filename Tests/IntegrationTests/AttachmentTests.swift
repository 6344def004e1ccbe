import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    @Suite struct AttachmentTests {
        private static let dual = Manifest(name: "dual", addresses: "10.0.1.100,fd00:0:0:1::100", isDualStack: true)
        private static let ipv4 = Site.ipv4(100)
        private static let ipv6 = Site.ipv6(0x100)

        @Test("attach link keeps addresses on herald0, answers ARP and NDP for them, and loses them with the process")
        func link() async throws {
            try await withSite(Settings(arp: "{attach: link, lifetime: 10s, refresh: 2s}"), Self.dual) { site in
                _ = try site.node.serveHTTP()
                let addresses = try site.herald.waitUntilAnnounced("dual")
                let held = try site.node.addresses().filter { addresses.contains($0.address) }
                #expect(held.map(\.interface) == ["herald0", "herald0"])
                for address in addresses {
                    try site.client.flushNeighbours()
                    #expect(try site.client.fetch(address) == "node")
                    #expect(try site.client.neighbour(of: address)?.mac == site.node.mac)
                }
                #expect(try site.herald.service("dual")?.addresses.allSatisfy { $0.interface == "eth0" } == true)

                let killed = try site.herald.running.kill9()
                try eventually("the addresses are gone", within: .seconds(2), every: .microseconds(200)) {
                    try !site.node.addresses().contains { addresses.contains($0.address) }
                }
                let took = killed.duration(to: LabClock.now)
                print("attach link: addresses gone \(took) after kill -9")
                #expect(took <= .milliseconds(100))
            }
        }

        @Test("herald0 is made anew when someone deletes it, and has its addresses again")
        func deleted() async throws {
            try await withSite(Settings(arp: "{attach: link}"), Self.dual) { site in
                let addresses = try site.herald.waitUntilAnnounced("dual")
                for _ in 0..<2 {
                    try site.node.configure("link del herald0")
                    try eventually("the addresses are on another herald0", within: .seconds(10)) {
                        try site.node.addresses().filter { addresses.contains($0.address) }.map(\.interface)
                    } until: {
                        $0 == ["herald0", "herald0"]
                    }
                    try site.herald.waitUntilAnnounced("dual", at: Self.ipv4, Self.ipv6)
                    for address in addresses { try site.waitUntilAnswered(address) }
                }
            }
        }

        @Test("attach none answers every kind of question from user space, has the address nowhere, and ends at once")
        func none() async throws {
            try await withSite(Settings(arp: "{attach: none}"), Self.dual, isStarted: false) { site in
                // Not "icmp6": reports of MLD have an option before their ICMP header, which that does not look beyond.
                let capture = try site.lab.capture(on: site.lan, filter: "arp or ip6")
                try site.herald.start()
                try site.herald.waitUntilAnnounced("dual")
                #expect(try !site.node.addresses().contains { [Self.ipv4, Self.ipv6].contains($0.address) })
                try expectAnswers(at: site)
                try capture.stop()
                try expectFrames(in: capture, at: site)

                try site.herald.crash()
                #expect(try !arping(site).isSuccess)
                #expect(try !site.client.run(Self.discovery).isSuccess)
            }
        }

        @Test("a change of arp.attach moves the addresses, and they answer as before")
        func change() async throws {
            try await withSite(Settings(), Self.dual) { site in
                try site.herald.waitUntilAnnounced("dual")
                for (attach, place) in [("link", "herald0"), ("none", nil), ("interface", "eth0")] {
                    try site.herald.configure(Settings(arp: "{attach: \(attach)}"))
                    let wanted = place.map { [$0, $0] } ?? []
                    try eventually("the addresses are where attach: \(attach) puts them", within: .seconds(5)) {
                        try site.node.addresses().filter { [Self.ipv4, Self.ipv6].contains($0.address) }
                    } until: {
                        $0.map(\.interface) == wanted
                    }
                    try site.herald.waitUntilAnnounced("dual", at: Self.ipv4, Self.ipv6)
                    try site.client.flushNeighbours()
                    try eventually("ARP is answered", within: .seconds(5)) { try arping(site).isSuccess }
                    try eventually("NDP is answered", within: .seconds(5)) {
                        try site.client.run(Self.discovery).isSuccess
                    }
                }
                #expect(try site.node.run(["ip", "link", "show", "herald0"]).status == .exited(1))
                #expect(try site.answers(Self.ipv4))
                #expect(try site.answers(Self.ipv6))
            }
        }

        private static let discovery = ["ndisc6", "-q", "-1", "-r", "1", "-w", "500", ipv6.description, "eth0"]

        private func arping(_ site: Site, _ options: String...) throws -> Output {
            try site.client.run(
                ["arping", "-q", "-C", "1", "-w", "1", "-i", "eth0"] + options + [Self.ipv4.description])
        }

        /// Asks in every way.
        private func expectAnswers(at site: Site) throws {
            #expect(try arping(site).isSuccess)
            // As who has no address yet.
            #expect(try arping(site, "-0").isSuccess)
            #expect(try arping(site, "-t", site.node.mac.description).isSuccess)
            let answer = try site.client.run(Self.discovery)
            #expect(answer.text.lowercased().contains(site.node.mac.description), "\(answer.text)\(answer.errors)")
            try site.client.solicitWithoutOption(Self.ipv6)
            // Else the kernel waits up to a second, in which the next announcement ends the matter without a question.
            try site.client.set(["net.ipv6.conf.eth0.router_solicitation_delay": "0"])
            try site.client.configure("addr add \(Self.ipv6)/128 dev eth0")
            try eventually("the client sees that the address is taken", within: .seconds(5)) {
                try site.client.run(["ip", "-6", "addr", "show", "dev", "eth0"]).text.contains("dadfailed")
            }
            try site.client.configure("addr del \(Self.ipv6)/128 dev eth0")
        }

        private func expectFrames(in capture: Capture, at site: Site) throws {
            #expect(try capture.expertProblems().isEmpty)
            let reports = try capture.decode(
                fields: ["icmpv6.mldr.mar.multicast_address"],
                where: "icmpv6.type == 143 and eth.src == \(site.node.mac)")
            #expect(reports.contains { $0.fields.values.joined().contains("ff02::1:ff00:100") })
            #expect(try questions(in: capture, "ipv6.src == :: and ipv6.dst == ff02::1:ff00:100") > 0)
            #expect(try answers(in: capture, "ipv6.dst == ff02::1 and icmpv6.nd.na.flag.s == 0") > 0)
            let bare = "eth.dst == \(site.node.mac) and not icmpv6.opt.type"
            #expect(try questions(in: capture, bare) == 1)
            // To the first question of ndisc6, the kernel's before the bare one, and the bare one.
            #expect(try answers(in: capture, "ipv6.dst != ff02::1 and icmpv6.nd.na.flag.s == 1") >= 3)
        }

        private func questions(in capture: Capture, _ condition: String) throws -> Int {
            let filter = "icmpv6.type == 135 and icmpv6.nd.ns.target_address == \(Self.ipv6)"
            return try capture.decode(fields: [], where: "\(filter) and \(condition)").count
        }

        private func answers(in capture: Capture, _ condition: String) throws -> Int {
            let filter = "icmpv6.type == 136 and icmpv6.nd.na.target_address == \(Self.ipv6)"
            return try capture.decode(fields: [], where: "\(filter) and \(condition)").count
        }
    }
}
