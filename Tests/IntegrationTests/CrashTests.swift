import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    @Suite struct CrashTests {
        private static let dual = Manifest(name: "dual", addresses: "10.0.1.100,fd00:0:0:1::100", isDualStack: true)

        @Test("the kernel removes the addresses of a killed process within their lifetime and a second")
        func expiry() async throws {
            try await withSite(Settings(arp: "{lifetime: 3s, refresh: 1s}"), Self.dual) { site in
                let addresses = try site.herald.waitUntilAnnounced("dual")
                #expect(addresses.count == 2)
                let killed = try site.herald.crash()
                for address in addresses { #expect(try site.node.hasAddress(address)) }
                try eventually("the addresses are gone", within: .seconds(5)) {
                    try !site.node.addresses().contains { addresses.contains($0.address) }
                }
                let took = killed.duration(to: LabClock.now)
                print("attach interface: lifetime 3 s, addresses gone \(took) after kill -9")
                #expect(took <= .seconds(4))
            }
        }

        @Test("a restart within the lifetime takes the addresses over: no probe is lost, and no file is written")
        func adoption() async throws {
            try await withSite(Settings(arp: "{lifetime: 4s, refresh: 500ms}"), Self.dual) { site in
                let addresses = try site.herald.waitUntilAnnounced("dual")
                let stamp = try site.herald.state.stamp(of: HeraldNode.stateName("dual"))
                let monitor = try site.node.start(["ip", "-o", "monitor", "address"])
                let probe = try site.client.probe(addresses, every: .milliseconds(5))

                let killed = try site.herald.crash()
                try site.herald.start()
                try eventually("the Service is announced", within: HeraldNode.patience, every: .milliseconds(20)) {
                    try site.herald.service("dual")?.state == "Announced"
                }
                print("restart: announced again \(killed.duration(to: LabClock.now)) after kill -9")
                // Beyond what the killed process left.
                LabClock.sleep(for: .milliseconds(4200))

                let report = try probe.finish()
                #expect(report.targets.map(\.lost) == [0, 0])
                #expect(report.gaps.isEmpty)
                #expect(!monitor.output.contains("Deleted"), "\(monitor.output)")
                #expect(try site.herald.state.stamp(of: HeraldNode.stateName("dual")) == stamp)
            }
        }

        @Test("SIGTERM withdraws everything of ours within five seconds, and nothing else")
        func termination() async throws {
            try await withSite(Settings(), Self.dual, isStarted: false) { site in
                try site.node.add(Site.ipv4(77))
                try site.node.add(Site.ipv6(0x77))
                let before = Set(try site.node.addresses())
                try site.herald.start()
                let addresses = try site.herald.waitUntilAnnounced("dual")
                #expect(Set(try site.node.addresses()) != before)

                let asked = try site.herald.running.terminate()
                let output = try site.herald.running.wait(timeout: .seconds(5))
                print("SIGTERM: ended after \(asked.duration(to: LabClock.now))")
                #expect(output.status == .exited(0))
                #expect(Set(try site.node.addresses()) == before)
                let file = try site.herald.stateFile("dual")
                #expect(file.ingress.isEmpty)
                #expect(file.announced?.status == "False")
                #expect(file.record == addresses.map(\.description))
                #expect(!site.herald.home.exists("herald.sock"))
            }
        }

        @Test("a start sweeps up what a killed process left, and nothing that others set")
        func sweep() async throws {
            let settings = Settings(arp: "{lifetime: 30s, refresh: 10s}")
            try await withSite(settings, Self.dual, Manifest(name: "stays", addresses: "10.0.1.101")) { site in
                let addresses = try site.herald.waitUntilAnnounced("dual")
                try site.herald.waitUntilAnnounced("stays", at: Site.ipv4(101))
                try site.herald.crash()
                try site.herald.delete("dual")
                // In the pool, too.
                try site.node.add(Site.ipv4(119))
                try site.node.add(Site.ipv6(0x11F))
                for address in addresses { #expect(try site.node.hasAddress(address)) }

                try site.herald.start()
                try eventually("the leftovers are gone", within: .seconds(3)) {
                    try !site.node.addresses().contains { addresses.contains($0.address) }
                }
                for address in [Site.ipv4(101), Site.ipv4(119), Site.ipv6(0x11F)] {
                    #expect(try site.node.hasAddress(address))
                }
                try eventually("the state file is gone", within: .seconds(3)) {
                    !site.herald.state.exists(HeraldNode.stateName("dual"))
                }
            }
        }
    }
}
