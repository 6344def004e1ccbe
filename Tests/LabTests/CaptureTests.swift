import Lab
import NetworkTypes
import Testing

extension LabSuite {
    @Suite struct CaptureTests {
        @Test("a capture holds the ARP exchange, decoded by tshark, from the first frame on")
        func arp() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let left = try lab.addNode("left", on: lan)
                let right = try lab.addNode("right", on: lan)
                let capture = try lab.capture(on: right, filter: "arp")
                let before = LabClock.now
                #expect(try left.reaches(right.ipv4))
                try capture.stop()

                let frames = try capture.decode(
                    fields: ["arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.proto_ipv4"])
                #expect(frames.count == 2)
                let request = try #require(frames.first)
                #expect(request["arp.opcode"] == "1")
                #expect(request["arp.src.hw_mac"] == left.mac.description)
                #expect(request["arp.dst.proto_ipv4"] == right.ipv4.description)
                #expect(request.time > before && request.time < LabClock.now)
                #expect(frames.last?["arp.src.hw_mac"] == right.mac.description)
                #expect(try capture.expertProblems().isEmpty)
                #expect(try capture.decode(fields: [], where: "arp.opcode == 2").count == 1)
            }
        }

        @Test("a capture at the switch sees traffic between others, while it runs")
        func atSwitch() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let left = try lab.addNode("left", on: lan)
                let right = try lab.addNode("right", on: lan)
                let all = try lab.capture(on: lan, filter: "icmp6")
                let port = try lab.capture(on: lan, port: right, filter: "icmp6")
                #expect(try left.reaches(right.ipv6))
                let types = try eventually(within: .seconds(2)) {
                    try all.decode(fields: ["icmpv6.type"]).compactMap { $0["icmpv6.type"] }
                } until: {
                    $0.count >= 4
                }.value
                #expect(types.prefix(4) == ["135", "136", "128", "129"])
                try port.stop()
                #expect(try port.decode(fields: []).count >= 4)
            }
        }

        @Test("a malformed frame is found")
        func malformed() async throws {
            try await withLab { lab in
                let lan = try lab.addSwitch()
                let left = try lab.addNode("left", on: lan)
                let right = try lab.addNode("right", on: lan)
                let capture = try lab.capture(on: right, filter: "udp port 53")
                // Five octets are no DNS message.
                let sent = try left.run(["bash", "-c", "printf 12345 > /dev/udp/\(right.ipv4)/53"])
                #expect(sent.isSuccess, "\(sent.errors)")
                try capture.stop()
                #expect(try !capture.expertProblems().isEmpty)
            }
        }

        @Test("a filter that tcpdump refuses is an error with its words")
        func badFilter() async throws {
            try await withLab { lab in
                let node = try lab.addNode("node", on: try lab.addSwitch())
                let error = #expect(throws: LabError.self) { try lab.capture(on: node, filter: "nonsense of a filter") }
                #expect(error?.description.contains("syntax error") == true)
            }
        }
    }
}
