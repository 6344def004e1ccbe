import Lab
import NetworkTypes

/// A router and a node on one switch.
struct Fabric: Sendable {
    let lab: Lab
    let router: Node
    let node: Node

    /// 192.0.2.0 and fd00:55::, what the first Service gets.
    static let ipv4 = "192.0.2.0/32"
    static let ipv6 = "fd00:55::/128"

    /// The usual configuration, with `peer` added to what is said of the router, and `more` to `bgp`.
    func bgp(_ peer: String = "", asn: String = "64512", peerASN: String = "64500", more: String = "") -> String {
        "{asn: \(asn), grace: 300ms, \(more.isEmpty ? "" : more + ", ")peers: [{name: tor, address: \(router.ipv4), "
            + "asn: \(peerASN), connectRetry: 200ms\(peer.isEmpty ? "" : ", " + peer)}]}"
    }

    func speaker(_ bgp: String, services: Int = 1) throws -> Speaker {
        try Speaker(on: node, in: lab, bgp: bgp, services: services)
    }
}

func withFabric(_ body: @Sendable @escaping (Fabric) throws -> Void) async throws {
    try await withLab { lab in
        let lan = try lab.addSwitch()
        let router = try lab.addNode("router", on: lan)
        let node = try lab.addNode("node", on: lan)
        try body(Fabric(lab: lab, router: router, node: node))
    }
}

/// As `withFabric`, but a router that speaks no BGP stands between the two.
func withHops(_ body: @Sendable @escaping (Fabric) throws -> Void) async throws {
    try await withLab { lab in
        let (near, far) = (try lab.addSwitch("near"), try lab.addSwitch("far"))
        let middle = try lab.addRouter("middle", on: near, far)
        let node = try lab.addNode("node", on: near)
        let router = try lab.addNode("router", on: far)
        for end in [node, router] { try end.setDefaultRoute(via: middle) }
        try body(Fabric(lab: lab, router: router, node: node))
    }
}
