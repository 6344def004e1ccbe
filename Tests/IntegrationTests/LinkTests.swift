import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    @Suite struct LinkTests {
        private static let web = Manifest(name: "web", addresses: "10.0.1.100")
        private static let address = Site.ipv4(100)

        /// Something that takes the network away from a node, and how it is told.
        enum Outage: CaseIterable {
            case cable, interface

            var reason: String { self == .cable ? "NoCarrier" : "InterfaceDown" }
            var sentence: String {
                switch self {
                case .cable: "interface eth0 has no carrier; check its cable and the switch port"
                case .interface: "interface eth0 is down; set it up, or name another one"
                }
            }

            func set(_ isOn: Bool, at site: Site) throws {
                switch self {
                case .cable: _ = try isOn ? site.lab.cut(site.node) : site.lab.restore(site.node)
                case .interface: try site.node.configure("link set eth0 \(isOn ? "down" : "up")")
                }
            }
        }

        /// How often the address was announced after a point in time.
        private func announcements(in capture: Capture, since time: MonotonicTime) throws -> Int {
            try capture.decode(fields: [], where: "arp.src.proto_ipv4 == \(Self.address) and arp.opcode == 1")
                .count { $0.time > time }
        }

        @Test(
            "a link that goes down is told, its address withdrawn, and announced again when it is up",
            arguments: Outage.allCases)
        func outage(_ outage: Outage) async throws {
            try await withSite(Settings(), Self.web) { site in
                try site.herald.waitUntilAnnounced("web", at: Self.address)
                try outage.set(true, at: site)
                let service = try #require(try site.herald.waitForReason(outage.reason, of: "web"))
                #expect(service.state == "Pending")
                #expect(service.message == outage.sentence)
                try site.herald.waitForLog("reason=\"\(outage.sentence)\"")
                #expect(try !site.node.hasAddress(Self.address))
                try eventually("the status file tells", within: .seconds(3)) {
                    let file = try site.herald.stateFile("web")
                    return file.ingress.isEmpty && file.announced?.message == outage.sentence
                }

                let capture = try site.lab.capture(on: site.client, filter: "arp")
                let restored = LabClock.now
                try outage.set(false, at: site)
                try site.herald.waitUntilAnnounced("web", at: Self.address)
                try site.waitUntilAnswered(Self.address)
                try eventually("it is announced again", within: .seconds(3)) {
                    try announcements(in: capture, since: restored) >= 3
                }
            }
        }

        @Test("an address that another program takes away is put back and announced; a second time it is told")
        func removal() async throws {
            try await withSite(Settings(), Self.web) { site in
                try site.herald.waitUntilAnnounced("web", at: Self.address)
                let capture = try site.lab.capture(on: site.client, filter: "arp")
                let removed = LabClock.now
                try site.node.remove(Self.address)
                try eventually("it is put back", within: .seconds(2)) { try site.node.hasAddress(Self.address) }
                print("removed by another program: back after \(removed.duration(to: LabClock.now))")
                try eventually("it is announced again", within: .seconds(3)) {
                    try announcements(in: capture, since: removed) >= 3
                }
                #expect(try site.answers(Self.address))

                // The second time within ten seconds, however long the above took.
                var service: StatusDocument.Service?
                for _ in 0..<2 where service == nil {
                    try site.node.remove(Self.address)
                    let seen = try? eventually("it is told", within: .seconds(3), every: .milliseconds(20)) {
                        try site.herald.service("web")
                    } until: {
                        $0?.reason == "AddressRemoved"
                    }
                    service = seen?.value
                }
                #expect(
                    service?.message
                        == "10.0.1.100 was taken off its interface by another program, more than once; find "
                        + "the program that removes it")
                try eventually("it is tried again", within: .seconds(8)) { try site.node.hasAddress(Self.address) }
            }
        }

        @Test("the subnet decides on the interface, or arp.interfaces does, and a missing one is told")
        func choice() async throws {
            try await withLab { lab in
                let (left, right) = (try lab.addSwitch("left"), try lab.addSwitch("right"))
                let near = try lab.addNode("near", on: left)
                let far = try lab.addNode("far", on: right)
                let node = try lab.addNode("node", on: left, right)
                var settings = Settings(pools: [
                    "{name: left, addresses: [10.0.1.100]}", "{name: right, addresses: [10.0.2.100]}",
                    "{name: nowhere, addresses: [172.16.0.1]}",
                ])
                let herald = try HeraldNode(on: node, in: lab, settings)
                for pool in ["left", "right", "nowhere"] { try herald.apply(Manifest(name: pool, pool: pool)) }
                try herald.start()
                try expectInterfaces(of: herald, left: "eth0", right: "eth1")
                #expect(try near.reaches(Self.address))
                #expect(try far.reaches(try #require(IPAddress("10.0.2.100"))))
                #expect(
                    try herald.waitForReason("NoInterface", of: "nowhere")?.message
                        == "no interface of this node has a subnet that holds 172.16.0.1; give one an address of that "
                        + "subnet, name the interface under arp.interfaces, or take the address from a pool that fits")

                for (pattern, first) in [("e?h*", "eth0"), ("eth1", "eth1")] {
                    settings.arp = "{interfaces: [\"\(pattern)\"]}"
                    try herald.configure(settings)
                    try expectInterfaces(of: herald, left: first, right: "eth1")
                }
                // Where a pattern matches, a subnet is not asked for.
                #expect(try herald.waitUntilAnnounced("nowhere").map(\.description) == ["172.16.0.1"])
                settings.arp = "{interfaces: [wlan*]}"
                try herald.configure(settings)
                #expect(
                    try herald.waitForReason("NoInterface", of: "left")?.message
                        == "no interface of this node matches arp.interfaces (wlan*); name one that exists here")
                #expect(try !node.hasAddress(Self.address))
            }
        }

        private func expectInterfaces(of herald: HeraldNode, left: String, right: String) throws {
            for (name, interface) in [("left", left), ("right", right)] {
                try eventually("\(name) is on \(interface)", within: .seconds(5), every: .milliseconds(20)) {
                    try herald.service(name)?.addresses.map(\.interface) == [interface]
                }
                let address = try #require(try herald.stateFile(name).record.first.flatMap { IPAddress($0) })
                #expect(try herald.node.addresses().filter { $0.address == address }.map(\.interface) == [interface])
            }
        }
    }
}
