import FoundationEssentials
import Glibc
import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    /// What others do to a node's network while it has addresses, and nodes that know each other in unusual ways.
    @Suite struct HardshipTests {
        private static let web = Manifest(name: "web", addresses: "10.0.1.100,fd00:0:0:1::100", isDualStack: true)
        private static let ipv4: IPAddress = Site.ipv4(100)
        private static let ipv6: IPAddress = Site.ipv6(0x100)

        @Test("nodes without IPv4 share addresses all the same: a lost owner has a successor in a fraction of a second")
        func onlyIPv6() async throws {
            let service = Manifest(name: "web", addresses: "fd00:0:0:1::100")
            try await withCluster([], isStarted: false, families: [.ipv6]) { cluster in
                for herald in cluster.heralds {
                    _ = try herald.node.run(["ip", "-4", "addr", "flush", "dev", "eth0"])
                    try herald.apply(service)
                    try herald.launch()
                }
                try cluster.waitForMembers()
                let owner = try cluster.waitForOwner(of: Self.ipv6)
                #expect(try cluster.client.reaches(Self.ipv6))
                let probe = try cluster.client.probe(Self.ipv6, every: .milliseconds(2))
                LabClock.sleep(for: .milliseconds(200))
                try cluster.lab.cut(owner.node)
                try eventually("another node has it", within: .seconds(3), every: .milliseconds(5)) {
                    try cluster.others(than: owner).contains { try $0.node.hasAddress(Self.ipv6) }
                }
                LabClock.sleep(for: .milliseconds(300))
                let outage = try #require(Cluster.outage(try probe.finish()))
                print("IPv6 alone, cable cut: outage \(outage)")
                #expect(outage < .milliseconds(600))
            }
        }

        /// Interfaces that are made of others, and how the node's address comes to them.
        static let recipes: [(name: String, make: [String])] = [
            ("br0", ["link add br0 type bridge", "link set eth0 master br0", "link set br0 up"]),
            ("macvlan0", ["link add macvlan0 link eth0 type macvlan mode bridge", "link set macvlan0 up"]),
            (
                "bond0",
                [
                    "link add bond0 type bond mode active-backup miimon 10", "link set eth0 down",
                    "link set eth0 master bond0", "link set bond0 up",
                ]
            ),
        ]

        @Test("a bridge, a bond and a macvlan serve as interfaces", arguments: ["br0", "macvlan0", "bond0"])
        func devices(_ name: String) async throws {
            try await withSite(Settings(), Self.web, isStarted: false) { site in
                let make = try #require(Self.recipes.first { $0.name == name }).make
                do {
                    try site.node.configure(make)
                } catch {
                    print("NOT RUN: this kernel makes no \(name): \(error)")
                    return
                }
                try site.node.configure(
                    "addr flush dev eth0", "addr add \(site.node.ipv4)/24 dev \(name)",
                    "addr add \(site.node.ipv6)/64 dev \(name) nodad")
                try site.herald.start()
                try site.herald.waitUntilAnnounced("web", at: Self.ipv4, Self.ipv6)
                #expect(try site.herald.service("web")?.addresses.map(\.interface) == [name, name])
                try site.waitUntilAnswered(Self.ipv4)
                try site.waitUntilAnswered(Self.ipv6)
            }
        }

        @Test("a new hardware address is announced at once: a client follows it")
        func hardwareAddress() async throws {
            try await withSite(Settings(), Self.web) { site in
                try site.herald.waitUntilAnnounced("web", at: Self.ipv4, Self.ipv6)
                try site.waitUntilAnswered(Self.ipv4)
                try site.node.configure("link set eth0 address 02:00:00:00:77:77")
                try eventually("the client knows it", within: .seconds(3), every: .milliseconds(5)) {
                    try site.client.neighbour(of: Self.ipv4)?.mac.map { "\($0)" } == "02:00:00:00:77:77"
                }
                #expect(try site.client.reaches(Self.ipv4))
            }
        }

        @Test("heartbeats go on when the interface that they are bound to is made anew")
        func heartbeatInterface() async throws {
            try await withCluster(arp: "{interfaces: [eth0]}", [Self.web], isStarted: false) { cluster in
                let link = "beats0"
                func makeLink(on node: Node, _ number: Int) throws {
                    try node.configure(
                        "link add \(link) link eth0 type macvlan mode bridge",
                        "addr add 10.9.9.\(number)/24 dev \(link)", "link set \(link) up")
                }
                let peers = cluster.heralds.enumerated().map { number, herald in
                    "{name: \(herald.node.name), addresses: [10.9.9.\(number + 1)]}"
                }
                for (number, herald) in cluster.heralds.enumerated() {
                    do {
                        try makeLink(on: herald.node, number + 1)
                    } catch {
                        print("NOT RUN: this kernel makes no macvlan: \(error)")
                        return
                    }
                    var settings = cluster.settings
                    settings.membership =
                        "{keyFile: \(cluster.keyFile), interface: \(link), peers: [\(peers.joined(separator: ", "))]}"
                    try herald.configure(settings)
                    try herald.apply(Self.web)
                    try herald.launch()
                }
                try cluster.waitForMembers()
                let node = cluster.heralds[0].node
                try node.configure("link del \(link)")
                try eventually("it is missed", within: .seconds(3), every: .milliseconds(20)) {
                    try cluster.heralds[1].status().membership?.members.contains {
                        $0.name == node.name && $0.reach == "unreachable"
                    } == true
                }
                try makeLink(on: node, 1)
                try cluster.waitForMembers()
            }
        }

        @Test("an interface that is renamed, or gone and back, gets its addresses again")
        func renaming() async throws {
            try await withSite(Settings(), Self.web) { site in
                try site.herald.waitUntilAnnounced("web", at: Self.ipv4, Self.ipv6)
                try site.node.configure("link set eth0 down", "link set eth0 name lan7", "link set lan7 up")
                // IPv6 addresses go with an interface that is down.
                try site.node.configure("addr replace \(site.node.ipv6)/64 dev lan7 nodad")
                try eventually("they are on lan7", within: .seconds(5), every: .milliseconds(20)) {
                    try site.herald.service("web")?.addresses.map(\.interface) == ["lan7", "lan7"]
                }
                try site.waitUntilAnswered(Self.ipv4)
                try site.waitUntilAnswered(Self.ipv6)
            }
        }

        @Test("a manager of addresses that flushes everything and puts its own back takes none away for long")
        func flush() async throws {
            try await withSite(Settings(), Self.web) { site in
                try site.herald.waitUntilAnnounced("web", at: Self.ipv4, Self.ipv6)
                for _ in 0..<3 {
                    try site.node.configure("addr flush dev eth0 scope global")
                    try site.node.configure(
                        "addr add \(site.node.ipv4)/24 brd + dev eth0", "addr add \(site.node.ipv6)/64 dev eth0 nodad")
                    LabClock.sleep(for: .milliseconds(100))
                }
                try eventually("both are back", within: .seconds(12), every: .milliseconds(20)) {
                    try site.node.hasAddress(Self.ipv4) && site.node.hasAddress(Self.ipv6)
                }
                try site.waitUntilAnswered(Self.ipv4)
                try site.waitUntilAnswered(Self.ipv6)
            }
        }

        @Test("a link that flaps ten times a second loses its addresses to others, who keep them")
        func flapping() async throws {
            try await withCluster([Manifest(name: "web", addresses: "10.0.1.100")]) { cluster in
                let owner = try cluster.waitForOwner(of: Self.ipv4)
                #expect(try cluster.client.reaches(Self.ipv4))
                for _ in 0..<20 {
                    try cluster.lab.cut(owner.node)
                    LabClock.sleep(for: .milliseconds(50))
                    try cluster.lab.restore(owner.node)
                    LabClock.sleep(for: .milliseconds(50))
                }
                let after = try cluster.waitForOwner(of: Self.ipv4)
                #expect(after !== owner)
                try eventually("the client reaches it", within: .seconds(2), every: .milliseconds(20)) {
                    try cluster.client.reaches(Self.ipv4)
                }
                try cluster.waitForMembers()
                #expect(try cluster.waitForOwner(of: Self.ipv4) === after)
            }
        }

        @Test("an owner that hears nobody, though all hear it, has a successor, and clients stay with that")
        func oneWay() async throws {
            try await withCluster([Manifest(name: "web", addresses: "10.0.1.100")]) { cluster in
                let owner = try cluster.waitForOwner(of: Self.ipv4)
                #expect(try cluster.client.reaches(Self.ipv4))
                let probe = try cluster.client.probe(Self.ipv4, every: .milliseconds(5))
                try cluster.lab.block(owner.node, .incoming)
                try eventually("another node has it", within: .seconds(3), every: .milliseconds(5)) {
                    try cluster.others(than: owner).contains { try $0.node.hasAddress(Self.ipv4) }
                }
                LabClock.sleep(for: .seconds(2))
                let outage = try #require(Cluster.outage(try probe.finish()))
                print("one way cut: outage \(outage)")
                #expect(outage < .milliseconds(900))
                try cluster.lab.heal()
                try cluster.waitForMembers()
                _ = try cluster.waitForOwner(of: Self.ipv4)
            }
        }

        @Test("a device of ours that belongs to another is told, and made once it is free")
        func deviceTaken() async throws {
            try await withSite(Settings(arp: "{attach: link}"), Self.web, isStarted: false) { site in
                try site.node.configure("tuntap add herald0 mode tun")
                try site.herald.start()
                let service = try site.herald.waitForReason("DeviceNotReady", of: "web")
                #expect(service?.message?.contains("an interface 'herald0' exists already") == true)
                try site.node.configure("tuntap del herald0 mode tun")
                try site.herald.waitUntilAnnounced("web", at: Self.ipv4, Self.ipv6)
            }
        }

        @Test("an interface is listened on once there are descriptors for that again", arguments: 0..<2)
        func descriptors(spare: Int) async throws {
            try await withSite(Settings(arp: "{attach: none}")) { site in
                let pid = try site.herald.running.pid
                let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
                let limit = (open.compactMap { Int($0) }.max() ?? 0) + 1 + spare
                _ = try site.node.run(["prlimit", "--pid", "\(pid)", "--nofile=\(limit):"])
                try site.herald.apply(Self.web)
                for round in 0..<6 {
                    var settings = Settings(arp: "{attach: none}")
                    settings.mode = round.isMultiple(of: 2) ? "none" : "arp"
                    try site.herald.configure(settings)
                    LabClock.sleep(for: .milliseconds(700))
                }
                _ = try site.node.run(["prlimit", "--pid", "\(pid)", "--nofile=1024:"])
                try site.herald.waitUntilAnnounced("web", at: Self.ipv4, Self.ipv6)
                for question in [
                    ["arping", "-c", "1", "-w", "2", "-I", "eth0", "\(Self.ipv4)"],
                    ["ndisc6", "-1", "-q", "-w", "500", "\(Self.ipv6)", "eth0"],
                ] {
                    try eventually("\(question) is answered", within: .seconds(5), every: .milliseconds(50)) {
                        try site.client.run(question).isSuccess
                    }
                }
            }
        }

        @Test("two nodes of one name are told so")
        func namesakes() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let nodes = try ["left", "right"].map { try lab.addNode($0, on: lan) }
                let shared = try Folder("\(lab.folder)/shared")
                try shared.write("a key that is only for this test", as: "key")
                unsafe chmod(shared.path(of: "key"), 0o600)
                let peers = nodes.enumerated().map { "{name: n\($0), addresses: [\($1.ipv4)]}" }
                var settings = Settings()
                settings.membership = "{keyFile: \(shared.path(of: "key")), peers: [\(peers.joined(separator: ", "))]}"
                let heralds = try nodes.map { try HeraldNode(on: $0, in: lab, settings) }
                for herald in heralds { try herald.start(named: "n0") }
                let sentence = "another herald speaks under the name n0 of this one; give each its own by --node-name"
                try eventually("it is told", within: .seconds(5), every: .milliseconds(50)) {
                    try heralds.contains { try $0.status().membership?.problem == sentence }
                }
            }
        }

        @Test("a flood of forged heartbeats and questions makes nobody seem dead")
        func flood() async throws {
            try await withCluster([Manifest(name: "web", addresses: "10.0.1.100")]) { cluster in
                let owner = try cluster.waitForOwner(of: Self.ipv4)
                let marks = cluster.heralds.map(\.log.count)
                let text = String(repeating: "HB forged ", count: 20)
                let floods = try cluster.heralds.map { herald in
                    try cluster.client.start([
                        "/bin/bash", "-c",
                        "exec 3>/dev/udp/\(herald.node.ipv4)/7947; while :; do "
                            + "for i in {1..150}; do printf '\(text)' >&3; done; sleep 0.005; done",
                    ])
                }
                LabClock.sleep(for: .seconds(3))
                for flood in floods { flood.kill9() }
                for (herald, mark) in zip(cluster.heralds, marks) {
                    #expect(!herald.log.dropFirst(mark).contains("reach changed"))
                    let rejections = try herald.status().membership?.rejections ?? [:]
                    print("flood: \(herald.node.name) rejected \(rejections)")
                    #expect(rejections.values.reduce(0, +) > 100)
                }
                #expect(try cluster.waitForOwner(of: Self.ipv4) === owner)
            }
        }
    }
}
