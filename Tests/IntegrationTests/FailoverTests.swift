import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    /// Three nodes that share addresses. The bounds are for a busy machine; `make bench-failover` measures.
    @Suite struct FailoverTests {
        private static let web = Manifest(name: "web", addresses: "10.0.1.100")
        private static let address = Site.ipv4(100)
        private static let services =
            [Manifest(name: "dual", addresses: "10.0.1.110,fd00:0:0:1::100", isDualStack: true)]
            + (0..<6).map { Manifest(name: "s\($0)", addresses: "10.0.1.\(100 + $0)") }
        /// At defaults a node is dead after 150 ms.
        private static let bound = Duration.milliseconds(600)

        /// What happens to an owner that then is without its addresses.
        enum Loss: String, CaseIterable {
            case cut, frozen, killed
        }

        @Test("an owner that is lost has a successor in a fraction of a second", arguments: Loss.allCases)
        func loss(_ loss: Loss) async throws {
            try await withCluster([Self.web]) { cluster in
                let owner = try cluster.waitForOwner(of: Self.address)
                #expect(try cluster.client.reaches(Self.address))
                for node in cluster.heralds { _ = try node.node.serveEcho() }
                let probe = try cluster.client.probe(Self.address, .udp(port: 7777), every: .milliseconds(2))
                LabClock.sleep(for: .milliseconds(200))
                switch loss {
                case .cut: try cluster.lab.cut(owner.node)
                case .frozen: try owner.running.stop()
                case .killed: try owner.crash()
                }
                let successor = try eventually("another node has it", within: .seconds(3), every: .milliseconds(5)) {
                    try cluster.others(than: owner).first { try $0.node.hasAddress(Self.address) }
                } until: {
                    $0 != nil
                }.value
                LabClock.sleep(for: .milliseconds(300))
                let report = try probe.finish()
                let outage = try #require(Cluster.outage(report))
                print("\(loss.rawValue): outage \(outage), lost \(report.targets[0].lost)")
                #expect(outage < Self.bound)
                #expect(report.targets[0].answeredBy.keys.contains(successor?.node.name ?? ""))
                #expect(try cluster.client.reaches(Self.address))

                switch loss {
                case .cut: try cluster.lab.restore(owner.node)
                case .frozen: try owner.running.resume()
                case .killed: try owner.start()
                }
                try cluster.waitForMembers()
                // It stays where it is.
                let after = try cluster.waitForOwner(of: Self.address)
                #expect(after === successor)
            }
        }

        @Test("a thawed owner answers for nothing that another took, and gives it up")
        func thaw() async throws {
            try await withCluster(arp: "{attach: none}", [Self.web]) { cluster in
                let owner = try eventually("the Service is announced", within: HeraldNode.patience) {
                    try cluster.heralds.first { try $0.service("web")?.addresses.first?.interface == "eth0" }
                } until: {
                    $0 != nil
                }.value
                let old = try #require(owner)
                try old.running.stop()
                try eventually("another has it", within: .seconds(3), every: .milliseconds(10)) {
                    try cluster.others(than: old).contains {
                        try $0.service("web")?.addresses.first?.interface == "eth0"
                    }
                }
                let capture = try cluster.lab.capture(on: cluster.client, filter: "arp")
                let asking = try cluster.client.askARP(for: [Self.address], .all, every: .milliseconds(2))
                LabClock.sleep(for: .milliseconds(300))
                try old.running.resume()
                LabClock.sleep(for: .milliseconds(1000))
                _ = try asking.finish()
                let answers = try capture.decode(
                    fields: ["arp.src.hw_mac"], where: "arp.src.proto_ipv4 == \(Self.address)")
                #expect(!answers.isEmpty)
                #expect(!answers.contains { $0["arp.src.hw_mac"] == old.node.mac.description })
            }
        }

        @Test("addresses are spread, and a node that leaves hands its own over without a gap")
        func rollingRestart() async throws {
            try await withCluster(Self.services) { cluster in
                let addresses = (0..<6).map { Site.ipv4(UInt8(100 + $0)) } + [Site.ipv4(110), Site.ipv6(0x100)]
                let owners = try cluster.waitForOwners(of: addresses)
                #expect(Set(owners.map(\.node.name)).count == 3)
                for address in addresses { #expect(try cluster.client.reaches(address)) }
                let probe = try cluster.client.probe(addresses, every: .milliseconds(5))
                for herald in cluster.heralds {
                    let asked = try herald.running.terminate()
                    try herald.running.wait(timeout: .seconds(5))
                    print("rolling restart: \(herald.node.name) ended after \(asked.duration(to: LabClock.now))")
                    #expect(try !herald.node.addresses().contains { addresses.contains($0.address) })
                    try herald.start()
                    try cluster.waitForMembers()
                }
                let report = try probe.finish()
                for target in report.targets where target.lost > 0 { print("\(target.address): \(target.gaps)") }
                #expect(report.targets.map(\.lost) == addresses.map { _ in 0 })
                _ = try cluster.waitForOwners(of: addresses)
            }
        }

        @Test("a drain hands everything over without a gap, and an undrained node takes its part when told to")
        func drain() async throws {
            try await withCluster(Self.services) { cluster in
                let addresses = (0..<6).map { Site.ipv4(UInt8(100 + $0)) }
                let owner = try cluster.waitForOwners(of: addresses)[0]
                for address in addresses { #expect(try cluster.client.reaches(address)) }
                let probe = try cluster.client.probe(addresses, every: .milliseconds(5))
                let output = try owner.run("drain")
                #expect(output.isSuccess && output.text.contains("every address has another node"))
                #expect(try !owner.node.addresses().contains { addresses.contains($0.address) })
                #expect(try owner.status().membership?.isDraining == true)
                _ = try cluster.waitForOwners(of: addresses, among: cluster.others(than: owner))

                #expect(try owner.run("undrain").isSuccess)
                // Nothing comes back by itself.
                LabClock.sleep(for: .milliseconds(300))
                #expect(try !owner.node.addresses().contains { addresses.contains($0.address) })
                for herald in cluster.others(than: owner) { #expect(try herald.run("rebalance").isSuccess) }
                try eventually("the node has its share", within: .seconds(5), every: .milliseconds(50)) {
                    try owner.node.addresses().contains { addresses.contains($0.address) }
                }
                _ = try cluster.waitForOwners(of: addresses)
                LabClock.sleep(for: .milliseconds(200))
                #expect(try probe.finish().targets.map(\.lost) == addresses.map { _ in 0 })
            }
        }

        @Test("nodes that do not hear each other, though clients hear both, come to one owner by the wire")
        func heartbeatsBlocked() async throws {
            try await withCluster([Self.web]) { cluster in
                let owner = try cluster.waitForOwner(of: Self.address)
                #expect(try cluster.client.reaches(Self.address))
                let probe = try cluster.client.probe(Self.address, every: .milliseconds(5))
                try cluster.lab.blockEverywhere(.udp(port: 7947))
                // Long enough for several attempts to take it back.
                LabClock.sleep(for: .seconds(2))
                let during = try cluster.waitForOwner(of: Self.address)
                LabClock.sleep(for: .seconds(6))
                #expect(try cluster.owner(of: Self.address) === during)
                try cluster.lab.heal()
                try cluster.waitForMembers()
                let after = try cluster.waitForOwner(of: Self.address)
                print("heartbeats blocked: \(owner.node.name), then \(during.node.name), then \(after.node.name)")
                let outage = try #require(Cluster.outage(try probe.finish()))
                #expect(outage < Self.bound)
            }
        }

        @Test("each side of a partition has an owner, and after the heal one of them goes on")
        func partition() async throws {
            try await withCluster(Self.services) { cluster in
                let addresses = (0..<6).map { Site.ipv4(UInt8(100 + $0)) }
                _ = try cluster.waitForOwners(of: addresses)
                let side = [cluster.heralds[0].node]
                let rest = cluster.heralds.dropFirst().map(\.node) + [cluster.client]
                try cluster.lab.partition(side, rest)
                try eventually("the lone node has them all", within: .seconds(3), every: .milliseconds(20)) {
                    try addresses.allSatisfy { try side[0].hasAddress($0) }
                }
                try eventually("the client reaches them all", within: .seconds(3), every: .milliseconds(20)) {
                    try addresses.allSatisfy { try cluster.client.reaches($0) }
                }
                let healed = try cluster.lab.heal().ended
                _ = try cluster.waitForOwners(of: addresses)
                print("partition: one owner of each \(healed.duration(to: LabClock.now)) after the heal")
                try eventually("the client reaches them all", within: .seconds(2), every: .milliseconds(20)) {
                    try addresses.allSatisfy { try cluster.client.reaches($0) }
                }
            }
        }

        @Test("an address that a foreign host has is not taken: asked for, it is refused; else another is given")
        func foreignHost() async throws {
            try await withCluster([], isStarted: false) { cluster in
                let foreigner = try cluster.lab.addNode("printer", on: cluster.lan)
                try foreigner.add(Self.address)
                for herald in cluster.heralds {
                    try herald.apply(Self.web)
                    try herald.launch()
                }
                try cluster.waitForMembers()
                try eventually("the conflict is told", within: .seconds(8), every: .milliseconds(50)) {
                    try cluster.heralds.allSatisfy { herald in
                        try herald.service("web")?.message?.contains("another host on the network answers") == true
                    }
                }
                #expect(cluster.heralds.contains { $0.log.contains("station=\(foreigner.mac)") })
                for herald in cluster.heralds {
                    #expect(try !herald.node.hasAddress(Self.address))
                    try herald.apply(Manifest(name: "auto"))
                }
                _ = try cluster.waitForOwner(of: Site.ipv4(101))
            }
        }

        @Test("who claims an address in use is answered once; who holds on to it gets it, and the Service another")
        func intruder() async throws {
            try await withCluster([Self.web]) { cluster in
                let intruder = try cluster.lab.addNode("printer", on: cluster.lan)
                let asked = try cluster.waitForOwner(of: Self.address)
                for herald in cluster.heralds { try herald.apply(Manifest(name: "auto")) }
                let automatic = Site.ipv4(101)
                let given = try cluster.waitForOwner(of: automatic)
                for address in [Self.address, automatic] { #expect(try cluster.client.reaches(address)) }
                func claim(_ address: IPAddress) throws {
                    _ = try intruder.run([
                        "arping", "-q", "-c", "1", "-w", "1", "-U", "-i", "eth0", "-S", "\(address)", "\(address)",
                    ])
                }
                for (address, owner) in [(Self.address, asked), (automatic, given)] {
                    try claim(address)
                    try owner.waitForLog("another host claims an address of this node")
                    #expect(try cluster.client.neighbour(of: address)?.mac == owner.node.mac)
                    #expect(try cluster.client.reaches(address))
                    #expect(try owner.node.hasAddress(address))
                    try intruder.add(address)
                    try claim(address)
                }
                try eventually("the conflict is told", within: .seconds(8), every: .milliseconds(50)) {
                    try cluster.heralds.allSatisfy { herald in
                        try herald.service("web")?.message?.contains("another host on the network answers") == true
                    }
                }
                _ = try cluster.waitForOwner(of: Site.ipv4(102))
                #expect(try cluster.client.reaches(Site.ipv4(102)))
                for herald in cluster.heralds {
                    #expect(try !herald.node.hasAddress(Self.address) && !herald.node.hasAddress(automatic))
                    let isTold = herald.log.contains("another host has the address")
                    #expect(!isTold || herald.log.contains("\(intruder.mac)"))
                }
            }
        }

        @Test("an address is where its backend answers, and leaves a node whose backend does not")
        func checks() async throws {
            let checks =
                "[{name: page, url: \"http://127.0.0.1:80/\", interval: 100ms, failures: 2}, "
                + "{name: port, tcp: \"127.0.0.1:80\", interval: 100ms}]"
            try await withCluster(checks: checks, [Self.web], isStarted: false) { cluster in
                var servers = try cluster.heralds.map { try $0.node.serveHTTP() }
                try servers[0].end()
                for herald in cluster.heralds { try herald.launch() }
                try cluster.waitForMembers()
                let owner = try cluster.waitForOwner(of: Self.address, among: Array(cluster.heralds.dropFirst()))
                #expect(try cluster.client.fetch(Self.address) == owner.node.name)
                servers[0] = try cluster.heralds[0].node.serveHTTP()
                let index = try #require(cluster.heralds.firstIndex { $0 === owner })
                try servers[index].end()
                let next = try cluster.waitForOwner(of: Self.address, among: cluster.others(than: owner))
                try eventually("the page is there", within: .seconds(2)) {
                    try cluster.client.fetch(Self.address) == next.node.name
                }
                try owner.waitForLog("check=page")
                for server in servers { try server.end() }
                let service = try owner.waitForReason("CheckFailed", of: "web")
                #expect(service?.message?.hasPrefix("check 'page' of this node fails: ") == true)
            }
        }

        @Test("a check that waits for an answer does not keep the process from its end")
        func hangingCheck() async throws {
            let checks = "[{name: port, tcp: \"10.0.1.77:80\", timeout: 30s}]"
            try await withSite(Settings(checks: checks), isStarted: false) { site in
                // What is sent there is lost.
                let neighbour = ["10.0.1.77", "lladdr", "02:00:00:00:00:77", "dev", "eth0", "nud", "permanent"]
                #expect(try site.node.run(["ip", "neigh", "replace"] + neighbour).isSuccess)
                try site.herald.start()
                try eventually("the check is being tried", within: .seconds(5), every: .milliseconds(50)) {
                    try site.node.run(["ss", "-Htn", "state", "syn-sent"]).text.contains("10.0.1.77:80")
                }
                try site.herald.running.terminate()
                try site.herald.running.wait(timeout: .seconds(5))
            }
        }

        @Test("a key that everyone may read is refused, and a mended one taken")
        func openKey() async throws {
            try await withCluster([Self.web], isStarted: false) { cluster in
                let key = "\(cluster.lab.folder)/shared/key"
                _ = try cluster.client.run(["chmod", "644", key])
                let herald = cluster.heralds[0]
                try herald.start()
                let service = try herald.waitForReason("NoMembershipKey", of: "web")
                #expect(service?.message?.contains("chmod 600 \(key)") == true)
                #expect(try !herald.node.hasAddress(Self.address))
                func ready() throws -> String {
                    try herald.node.run(["curl", "-sS", "--max-time", "5", "http://127.0.0.1:9817/readyz?verbose"]).text
                }
                #expect(try ready().contains("[-] membership: ") && ready().hasSuffix("not ready\n"))
                _ = try cluster.client.run(["chmod", "600", key])
                try herald.waitUntilAnnounced("web", at: Self.address)
                #expect(try ready().contains("[+] membership: up\n") && ready().hasSuffix("\nready\n"))
            }
        }
    }
}
