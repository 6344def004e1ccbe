import BGP
import Configuration
import LoadBalancing
import NetworkTypes

/// What a Node object says of its own BGP: annotations, or labels where their syntax allows.
struct NodeWishes {
    static let asnKey = Annotation.prefix + "bgp-asn"
    static let identifierKey = Annotation.prefix + "bgp-router-id"
    /// Peers of this node beside those of the configuration, as `ADDRESS@ASN` with commas between them.
    static let peersKey = Annotation.prefix + "bgp-peers"
    private static let mostPeers = 16

    private(set) var asn: ASN?
    private(set) var identifier: RouterID?
    private(set) var peers: [BGPPeerSettings] = []

    /// Throws what cannot be read.
    init(_ node: NodeFacts?) throws(Obstacle) {
        guard let node else { return }
        func text(_ key: String) -> String? { node.annotations[key] ?? node.labels[key] }
        if let text = text(Self.asnKey) {
            guard let number = ASN(text), number.number != 0, number != .transition else {
                throw Self.obstacle(Self.asnKey, text, "an AS number, as in 64512")
            }
            asn = number
        }
        if let text = text(Self.identifierKey) {
            guard let number = IPAddress(text).flatMap({ RouterID($0) }) else {
                throw Self.obstacle(Self.identifierKey, text, "an identifier, as in 192.0.2.1")
            }
            identifier = number
        }
        guard let text = text(Self.peersKey) else { return }
        let items = text.split(separator: ",")
        guard items.count <= Self.mostPeers else {
            throw Self.obstacle(Self.peersKey, text, "at most \(Self.mostPeers) peers")
        }
        for item in items {
            let parts = item.split(separator: "@").map { $0.filter { $0 != " " } }
            guard parts.count == 2, let address = IPAddress(parts[0]), let number = ASN(parts[1]), number.number != 0
            else { throw Self.obstacle(Self.peersKey, text, "peers as in 192.0.2.1@64500") }
            guard !peers.contains(where: { $0.address == address }) else {
                throw Self.obstacle(Self.peersKey, text, "\(address) once")
            }
            peers.append(BGPPeerSettings(name: "node-\(address)", address: address, asn: number))
        }
    }

    private static func obstacle(_ key: String, _ text: String, _ cure: String) -> Obstacle {
        Obstacle(
            reason: "BadNodeAnnotation",
            sentence: "the node's annotation \(key) is \"\(text.prefix(80))\", which cannot be read; write \(cure)")
    }
}
