import Lab
import NetworkTypes
import Testing

extension LabSuite {
    @Suite struct NetworkTests {
        @Test("two nodes reach each other by either family and learn each other's MAC address")
        func twoNodes() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let left = try lab.addNode("left", on: lan)
                let right = try lab.addNode("right", on: lan)

                for family in AddressFamily.allCases {
                    let address = right.primary.address(family)
                    #expect(try left.reaches(address))
                    #expect(try left.neighbour(of: address)?.mac == right.mac)
                }
                #expect(try left.reaches(right.primary.linkLocal))
                #expect(try !left.reaches(#require(IPAddress("10.0.1.99"))))
            }
        }

        @Test("a node has the addresses it says it has, ready for use")
        func addresses() async throws {
            try await withLab { lab in
                let node = try lab.addNode("node", on: try lab.addSwitch(), host: 7)
                let found = try node.addresses().filter { $0.interface == "eth0" }

                #expect(Set(found.map(\.address)) == [node.ipv4, node.ipv6, node.primary.linkLocal])
                #expect(found.map(\.prefixLength).sorted() == [24, 64, 64])
                #expect(node.ipv4.description == "10.0.1.7")
                let text = try node.run(["ip", "-6", "addr", "show", "dev", "eth0"]).text
                #expect(!text.contains("tentative"))
            }
        }

        @Test("a lifetime of an address can be read")
        func lifetimes() async throws {
            try await withLab { lab in
                let node = try lab.addNode("node", on: try lab.addSwitch())
                let address = try #require(IPAddress("10.0.1.200"))
                try node.configure("addr add \(address)/32 dev eth0 valid_lft 100 preferred_lft 0")
                let entry = try #require(try node.addresses().first { $0.address == address })

                #expect(entry.preferred == .zero)
                #expect(try #require(entry.valid) > .seconds(90))
                try node.remove(address)
                #expect(try !node.hasAddress(address))
            }
        }

        @Test("a router joins two switches")
        func routed() async throws {
            try await withLab { lab in
                let inside = try lab.addSwitch("inside")
                let outside = try lab.addSwitch("outside")
                let router = try lab.addRouter("router", on: inside, outside)
                let server = try lab.addNode("server", on: inside)
                let client = try lab.addNode("client", on: outside)
                try server.setDefaultRoute(via: router)
                try client.setDefaultRoute(via: router)

                #expect(try client.reaches(server.ipv4))
                #expect(try client.reaches(server.ipv6))
                _ = try server.serveHTTP(text: "from inside")
                #expect(try client.fetch(server.ipv4) == "from inside")
                #expect(try client.fetch(server.ipv6) == "from inside")
            }
        }

        @Test("a service answers from an address that is added later, and from that address")
        func laterAddress() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let server = try lab.addNode("server", on: lan)
                let client = try lab.addNode("client", on: lan)
                _ = try server.serveEcho()
                _ = try server.serveHTTP()
                for text in ["10.0.1.200", "fd00:0:0:1::200"] {
                    let address = try #require(IPAddress(text))
                    #expect(try client.fetch(address, within: .milliseconds(100)) == nil)
                    try server.add(address)
                    #expect(try client.fetch(address) == "server")
                    let probe = try client.probe(address, .udp(port: 7777), every: .milliseconds(2))
                    LabClock.sleep(for: .milliseconds(50))
                    let target = try #require(try probe.finish().targets.first)
                    #expect(target.lost == 0)
                    #expect(target.answeredBy == ["server": target.sent])
                }
            }
        }

        @Test("the body runs on a thread of the lab, where it may block")
        func ownThread() async throws {
            let marks = try await withLab { lab in
                var marks = [ThreadMark()]
                await Task.yield()
                marks.append(ThreadMark())
                return marks
            }
            #expect(marks[0] == marks[1])
            #expect(marks[0].name == "herald-lab\n")
        }

        @Test("a node takes less than 150 ms to set up")
        func speed() async throws {
            try await withLab { lab in
                let start = LabClock.now
                let lan = try lab.addSwitch()
                let afterSwitch = LabClock.now
                for number in 1...10 { _ = try lab.addNode("node\(number)", on: lan) }
                let perNode = afterSwitch.duration(to: LabClock.now) / 10
                let before = LabClock.now
                for _ in 1...20 { _ = try lab.nodes[0].run(["true"]) }
                print("lab: run of a program \(before.duration(to: LabClock.now) / 20)")
                print("lab: switch \(start.duration(to: afterSwitch)), each node \(perNode)")
                #expect(perNode < .milliseconds(150))
            }
        }

        @Test("eight labs at once do not meet")
        func parallel() async throws {
            let start = LabClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...8 {
                    group.addTask {
                        try await withLab(named: "lab \(number)") { lab in
                            let lan = try lab.addSwitch()
                            let left = try lab.addNode("left", on: lan)
                            let right = try lab.addNode("right", on: lan)
                            _ = try right.serveHTTP(text: "\(number)")
                            #expect(try left.fetch(right.ipv4) == "\(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            print("lab: eight labs at once \(start.duration(to: LabClock.now))")
        }

        @Test(
            "names that would not fit are refused",
            arguments: ["", "Upper", "with space", "../../etc", "waytoolongname"])
        func badNames(name: String) async throws {
            try await withLab { lab in
                #expect(throws: LabError.self) { try lab.addSwitch(name) }
            }
        }
    }
}
