import Glibc
import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    @Suite struct ReloadTests {
        private static let small = Settings(pools: ["{name: small, addresses: [10.0.1.100]}"])
        private static let grown = Settings(
            pools: ["{name: small, addresses: [10.0.1.100]}", "{name: more, addresses: [10.0.1.110]}"])

        @Test("a pool that is added to the file takes effect")
        func edit() async throws {
            try await withSite(Self.small, Manifest(name: "one"), Manifest(name: "two")) { site in
                try site.herald.waitUntilAnnounced("one", at: Site.ipv4(100))
                try site.herald.waitForReason("PoolFull", of: "two")
                let former = try site.herald.status().configuration
                try site.herald.configure(Self.grown)
                try site.herald.waitUntilAnnounced("two", at: Site.ipv4(110))
                let present = try site.herald.status().configuration
                #expect(present.hash != former.hash)
                #expect(present.rejected == nil)
                #expect(try site.herald.stateFile("one").ingress == ["10.0.1.100"])
            }
        }

        @Test("so does a file that is swapped as the kubelet swaps a ConfigMap")
        func configMap() async throws {
            try await withSite(
                Self.small, Manifest(name: "one"), Manifest(name: "two"), isStarted: false
            ) { site in
                let volume = try Folder(site.herald.home.path(of: "volume"))
                for (version, settings) in [("..1", Self.small), ("..2", Self.grown)] {
                    let folder = try Folder(volume.path(of: version))
                    try folder.write(site.herald.text(of: settings), as: "herald.yaml")
                }
                try volume.swap(link: "..data", to: "..1")
                try volume.swap(link: "herald.yaml", to: "..data/herald.yaml")
                try site.herald.start(configuration: "volume/herald.yaml")
                try site.herald.waitForReason("PoolFull", of: "two")
                try volume.swap(link: "..data", to: "..2")
                try site.herald.waitUntilAnnounced("two", at: Site.ipv4(110))
            }
        }

        @Test("a broken edit leaves the old configuration in force and is told until it is mended")
        func broken() async throws {
            try await withSite(Self.small, Manifest(name: "one")) { site in
                try site.herald.waitUntilAnnounced("one", at: Site.ipv4(100))
                let former = try site.herald.status().configuration
                var settings = Self.grown
                settings.mode = "arpp"
                let bad = site.herald.text(of: settings).replacing("name: more", with: "nmae: more")
                try site.herald.home.write(bad, as: "herald.yaml")
                let rejected = try eventually("the edit is rejected", within: .seconds(5), every: .milliseconds(20)) {
                    try site.herald.status().configuration
                } until: {
                    $0.rejected != nil
                }.value
                #expect(rejected.hash == former.hash)
                #expect(rejected.rejected?.contains("herald.yaml:4:6: error: ") == true, "\(rejected)")
                try site.herald.waitForLog("configuration rejected, the former one stays in force")
                let reasons = try #require(rejected.rejected).split(separator: "\n")
                #expect(reasons.contains { $0.hasSuffix("'arpp' is not known; write 'arp'") })
                let label = "NOT IN FORCE: "
                let lines = try site.herald.run("status").text.split(separator: "\n")
                #expect(lines.filter { $0.hasPrefix(label) }.map { $0.dropFirst(label.count) } == reasons)
                try site.herald.apply(Manifest(name: "two"))
                try site.herald.waitForReason("PoolFull", of: "two")
                #expect(try site.answers(Site.ipv4(100)))

                try site.herald.configure(Self.grown)
                try site.herald.waitUntilAnnounced("two", at: Site.ipv4(110))
                #expect(try site.herald.status().configuration.rejected == nil)
            }
        }

        @Test("a change to ARP beside other hosts is told to wait for a restart: until then each allocates alone")
        func toARP() async throws {
            var without = Self.small
            without.mode = "none"
            try await withSite(without) { site in
                #expect(try site.herald.status().configuration.rejected == nil)
                #expect(try site.herald.run("status").text.contains(": warning: 'arp' does nothing, since no pool "))
                var with = Self.small
                with.membership = Cluster.membership(keyFile: site.herald.home.path(of: "key"), of: [site.client])
                try site.herald.configure(with)
                let told = try eventually("the status tells", within: .seconds(5), every: .milliseconds(20)) {
                    try site.herald.status().configuration.rejected
                } until: {
                    $0 != nil
                }.value
                #expect(told == "a change of mode takes effect with the next start only")
            }
        }

        @Test("SIGHUP reads the file again, and changes nothing that has not changed")
        func hangUp() async throws {
            try await withSite(Self.small, Manifest(name: "one")) { site in
                try site.herald.waitUntilAnnounced("one", at: Site.ipv4(100))
                let monitor = try site.node.start(["ip", "-o", "monitor", "address"])
                try site.herald.running.signal(SIGHUP)
                try site.herald.waitForLog("configuration in force")
                #expect(try site.answers(Site.ipv4(100)))
                #expect(!monitor.output.contains("Deleted"))
                #expect(try site.herald.service("one")?.state == "Announced")
            }
        }

        @Test("SIGHUP does not end a herald that is still starting")
        func hangUpAtStart() async throws {
            try await withSite(Self.small, Manifest(name: "one"), isStarted: false) { site in
                // The start waits for whoever has the state directory.
                let directory = unsafe open(site.herald.state.path, O_RDONLY | O_CLOEXEC)
                defer { close(directory) }
                try #require(flock(directory, LOCK_EX | LOCK_NB) == 0)
                try site.herald.launch()
                let pid = try String(site.herald.running.pid)
                try eventually("it has its network for itself", within: .seconds(5), every: .milliseconds(10)) {
                    try site.node.run(["cat", "/proc/locks"]).text.split(separator: "\n").contains { line in
                        line.contains("FLOCK") && line.split(separator: " ").contains { $0 == pid }
                    }
                }
                try site.herald.running.signal(SIGHUP)
                LabClock.sleep(for: .milliseconds(100))
                #expect(try site.herald.running.isRunning)
                _ = flock(directory, LOCK_UN)
                try site.herald.waitUntilAnnounced("one", at: Site.ipv4(100))
            }
        }

        @Test("a pool that shrinks takes no live address away, and the Service says that it is out of its pool")
        func shrink() async throws {
            let wide = Settings(pools: ["{name: small, addresses: [10.0.1.100-10.0.1.101]}"])
            try await withSite(wide, Manifest(name: "one"), Manifest(name: "two")) { site in
                try site.herald.waitUntilAnnounced("two", at: Site.ipv4(101))
                let monitor = try site.node.start(["ip", "-o", "monitor", "address"])
                try site.herald.configure(Self.small)
                let file = try eventually("the status file tells", within: .seconds(5)) {
                    try site.herald.stateFile("two")
                } until: {
                    $0.allocated?.reason == "OutOfPool"
                }.value
                #expect(file.allocated?.status == "True")
                #expect(file.ingress == ["10.0.1.101"])
                #expect(try site.answers(Site.ipv4(101)))
                let service = try #require(try site.herald.service("two"))
                #expect(service.state == "Announced")
                #expect(service.reason == "OutOfPool")
                #expect(service.message.map { file.allocated?.message.hasSuffix($0) == true } == true)

                // A restart does not take it away either.
                try site.herald.crash()
                try site.herald.start()
                try eventually("the Service is announced", within: .seconds(5), every: .milliseconds(20)) {
                    try site.herald.service("two")?.addresses.map(\.owner) == ["node"]
                }
                #expect(try site.herald.stateFile("two").record == ["10.0.1.101"])
                #expect(!monitor.output.contains("Deleted"), "\(monitor.output)")
            }
        }
    }
}
