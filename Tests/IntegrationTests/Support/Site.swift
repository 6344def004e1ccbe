import Lab
import NetworkTypes
import Testing

/// A client and a node with herald on one switch: 10.0.1.1 and 10.0.1.2.
struct Site: Sendable {
    let lab: Lab
    let lan: Switch
    let client: Node
    let node: Node
    let herald: HeraldNode

    /// 10.0.1.`host`, on the site's switch.
    static func ipv4(_ host: UInt8) -> IPAddress { IPAddress(ipv4: 0x0A00_0100 | UInt32(host)) }
    /// fd00:0:0:1::`host`, on the site's switch.
    static func ipv6(_ host: UInt16) -> IPAddress { IPAddress(ipv6: 0xFD00_0000_0000_0001 << 64 | UInt128(host)) }

    /// Whether the client gets an ICMP answer, with all that it knew of its neighbours forgotten.
    func answers(_ address: IPAddress, within limit: Duration = .milliseconds(300)) throws -> Bool {
        try client.flushNeighbours()
        return try client.reaches(address, within: limit)
    }

    /// Waits until the client gets an answer.
    func waitUntilAnswered(_ address: IPAddress) throws {
        try eventually("\(address) answers", within: HeraldNode.patience) { try answers(address) }
    }
}

/// Makes a site, with herald running unless told otherwise, and removes it after the body.
func withSite(
    _ settings: Settings = Settings(), _ services: Manifest..., isStarted: Bool = true,
    _ body: @Sendable @escaping (Site) throws -> Void
) async throws {
    try await withLab { lab in
        let lan = try lab.addSwitch()
        let client = try lab.addNode("client", on: lan)
        let node = try lab.addNode("node", on: lan)
        let herald = try HeraldNode(on: node, in: lab, settings)
        for service in services { try herald.apply(service) }
        if isStarted { try herald.start() }
        try body(Site(lab: lab, lan: lan, client: client, node: node, herald: herald))
    }
}
