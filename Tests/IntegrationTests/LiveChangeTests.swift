import Glibc
import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    /// Settings that change while nodes share addresses, on one node after the other.
    @Suite struct LiveChangeTests {
        private static let addresses = (0..<4).map { Site.ipv4(UInt8(100 + $0)) }
        private static let services = (0..<4).map { Manifest(name: "s\($0)", addresses: "10.0.1.\(100 + $0)") }

        /// One after the other, while a client sends every 5 ms.
        private static let changes: [(what: String, membership: String, arp: String)] = [
            ("fewer heartbeats", "interval: 400ms", "{}"),
            ("more heartbeats, and more patience", "interval: 40ms, missed: 5", "{}"),
            ("another port", "interval: 40ms, missed: 5, port: 7949", "{}"),
            ("one interface", "interval: 40ms, missed: 5, port: 7949, interface: eth0", "{}"),
            ("defaults", "", "{}"),
        ]

        @Test("membership changes node by node without a lost packet, and nobody seems dead")
        func membership() async throws {
            try await withCluster(arp: "{}", Self.services) { cluster in
                let before = try cluster.waitForOwners(of: Self.addresses).map(\.node.name)
                for address in Self.addresses { #expect(try cluster.client.reaches(address)) }
                let probe = try cluster.client.probe(Self.addresses, every: .milliseconds(5))
                let marks = cluster.heralds.map(\.log.count)
                for change in Self.changes {
                    try cluster.reconfigure { $0.membership = cluster.membership(change.membership) }
                    LabClock.sleep(for: .seconds(1))
                }
                #expect(try probe.finish().targets.map(\.lost) == [0, 0, 0, 0])
                #expect(try cluster.waitForOwners(of: Self.addresses).map(\.node.name) == before)
                for (herald, mark) in zip(cluster.heralds, marks) {
                    #expect(!herald.log.dropFirst(mark).contains("reach changed"), "\(herald.log.suffix(2_000))")
                    #expect(try herald.status().configuration.rejected == nil)
                }
                // What is in force now is what counts.
                try cluster.reconfigure { $0.membership = cluster.membership("interval: 20ms") }
                let owner = try cluster.waitForOwner(of: Self.addresses[0])
                LabClock.sleep(for: .seconds(1))
                let stopped = try owner.running.stop()
                try eventually("another has it", within: .seconds(2), every: .milliseconds(5)) {
                    try cluster.others(than: owner).contains { try $0.node.hasAddress(Self.addresses[0]) }
                }
                print("interval 20 ms from now on: another has it \(stopped.duration(to: LabClock.now)) after SIGSTOP")
                try owner.running.resume()
            }
        }

        @Test("one leader from now on has all addresses, and with spread each node its share, without a lost packet")
        func election() async throws {
            try await withCluster(arp: "{}", Self.services) { cluster in
                let before = try cluster.waitForOwners(of: Self.addresses)
                #expect(Set(before.map(\.node.name)).count > 1)
                for address in Self.addresses { #expect(try cluster.client.reaches(address)) }
                let probe = try cluster.client.probe(Self.addresses, every: .milliseconds(5))
                try cluster.reconfigure { $0.arp = "{election: leader}" }
                try eventually("one node has all", within: .seconds(8), every: .milliseconds(50)) {
                    try Set(Self.addresses.map { try cluster.owner(of: $0).node.name }).count == 1
                }
                try cluster.reconfigure { $0.arp = "{election: spread}" }
                try eventually("more than one has some", within: .seconds(8), every: .milliseconds(50)) {
                    try Set(Self.addresses.map { try cluster.owner(of: $0).node.name }).count > 1
                }
                LabClock.sleep(for: .milliseconds(200))
                #expect(try probe.finish().targets.map(\.lost) == [0, 0, 0, 0])
            }
        }

        @Test("a check that is added, changed or removed counts from then on")
        func checks() async throws {
            try await withSite(Settings(), Manifest(name: "web", addresses: "10.0.1.100")) { site in
                try site.herald.waitUntilAnnounced("web", at: Site.ipv4(100))
                var settings = Settings()
                settings.checks = "[{name: page, tcp: \"127.0.0.1:81\", interval: 100ms, failures: 1}]"
                try site.herald.configure(settings)
                let service = try site.herald.waitForReason("CheckFailed", of: "web")
                #expect(service?.message?.hasPrefix("check 'page' of this node fails: ") == true)
                let server = try site.node.serveHTTP()
                settings.checks = "[{name: page, tcp: \"127.0.0.1:80\", interval: 100ms, failures: 1}]"
                try site.herald.configure(settings)
                try site.herald.waitUntilAnnounced("web", at: Site.ipv4(100))
                try server.end()
                try site.herald.waitForReason("CheckFailed", of: "web")
                settings.checks = "[]"
                try site.herald.configure(settings)
                try site.herald.waitUntilAnnounced("web", at: Site.ipv4(100))
                #expect(try site.herald.status().configuration.rejected == nil)
            }
        }

        @Test("a key is changed node by node without a lost packet, also while its file is away")
        func key() async throws {
            try await withCluster(Self.services, isStarted: false) { cluster in
                let (old, new) = ("a first key for this test alone\n", "another key, for the same test\n")
                for herald in cluster.heralds {
                    try herald.home.write(old, as: "key")
                    let key = herald.home.path(of: "key")
                    unsafe chmod(key, 0o600)
                    var settings = cluster.settings
                    settings.membership = Cluster.membership(keyFile: key, of: cluster.heralds.map(\.node))
                    try herald.configure(settings)
                    try herald.launch()
                }
                try cluster.waitForMembers()
                let before = try cluster.waitForOwners(of: Self.addresses).map(\.node.name)
                for address in Self.addresses { #expect(try cluster.client.reaches(address)) }
                let probe = try cluster.client.probe(Self.addresses, every: .milliseconds(5))
                for text in [old + new, new + old, new] {
                    for herald in cluster.heralds {
                        // A file that is gone for a while costs nothing.
                        try herald.home.remove("key")
                        LabClock.sleep(for: .milliseconds(300))
                        try herald.home.write(text, as: "key")
                        unsafe chmod(herald.home.path(of: "key"), 0o600)
                        LabClock.sleep(for: .milliseconds(200))
                    }
                }
                LabClock.sleep(for: .milliseconds(500))
                #expect(try cluster.waitForOwners(of: Self.addresses).map(\.node.name) == before)
                #expect(try probe.finish().targets.map(\.lost) == [0, 0, 0, 0])
                for herald in cluster.heralds { #expect(try herald.status().membership?.problem == nil) }
            }
        }
    }
}
