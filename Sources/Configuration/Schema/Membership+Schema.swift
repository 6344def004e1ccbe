import NetworkTypes
import YAML

extension Shape where Value == MembershipSettings {
    static var membership: Shape {
        mapping(
            MembershipSettings(),
            [
                Field(
                    "interval", \.interval, .duration(.milliseconds(10) ... .seconds(10)),
                    "How often each node tells the others that it lives."),
                Field(
                    "missed", \.missed, .integer(2...100),
                    "How many missing heartbeats in a row mean that a node is dead."),
                Field("port", \.port, .integer(1...65_535), "The UDP port of heartbeats, the same on all nodes."),
                Field(
                    "keyFile", optional: \.keyFile, .absolutePath,
                    "A file with the key that all nodes share, one line of at least 16 octets; a second line is a "
                        + "second valid key. Needed as soon as there is a second node."),
                Field(
                    "interface", optional: \.interface, .linkName,
                    "The interface that carries heartbeats; none: the one by which the other node is reached."),
                Field(
                    "peers", \.peers,
                    .list(of: .peer, "a list of nodes", example: "[{name: node-a, addresses: [192.168.10.1]}]"),
                    "The nodes that share addresses, with or without this one; the cluster's nodes are added."),
            ]
        ).checked(check)
    }

    private static func check(_ membership: MembershipSettings, _ node: Node, _ reading: inout Reading) {
        guard let peers = node.mapping?.entry("peers"), !membership.peers.isEmpty else { return }
        if membership.keyFile == nil {
            reading.error(
                peers.key.mark, "'membership.peers' needs a key that all nodes share",
                cure: "add  keyFile: /etc/herald/membership.key  with the output of: openssl rand -base64 32")
        }
        var names: Set<NodeName> = []
        for (peer, item) in zip(membership.peers, peers.value.sequence ?? []) where !names.insert(peer.name).inserted {
            reading.error(item.mark, "the node '\(peer.name)' is listed twice", cure: "name each node once")
        }
    }
}

/// A peer as it is read.
private struct PeerDraft {
    var name = ""
    var addresses: [IPAddress] = []
}

extension Shape where Value == MembershipSettings.Peer {
    fileprivate static var peer: Shape {
        Shape<PeerDraft>.mapping(
            PeerDraft(),
            [
                Field("name", \.name, .nodeName, isRequired: true, "The node's name, as --node-name gives it there."),
                Field(
                    "addresses", \.addresses,
                    .list(of: .peerAddress, "a list of IP addresses", example: "[192.168.10.1]"), isRequired: true,
                    "By which it is reached; the first that can be used is."),
            ], example: "{name: node-a, addresses: [192.168.10.1]}"
        ).then(show: { _ in nil }) { draft, node, reading in
            guard !draft.addresses.isEmpty else {
                reading.error(node.mark, "'\(draft.name)' has no address", cure: "write addresses: [192.168.10.1]")
                return nil
            }
            return MembershipSettings.Peer(name: NodeName(draft.name), addresses: draft.addresses)
        }
    }
}

extension Shape where Value == IPAddress {
    /// An address that a host can have and that needs no zone.
    fileprivate static var peerAddress: Shape {
        word("an IP address", example: "192.168.10.1", show: { $0.description }) { text throws(Objection) in
            guard let address = IPAddress(text) else {
                throw Objection(
                    "\(quoted(text)) is not an IP address",
                    cure: "write, for example, 192.168.10.1 or fd00:10::1, without leading zeros or a zone")
            }
            guard !address.isIPv4Mapped else {
                throw Objection(
                    "\(quoted(text)) is IPv4 written as IPv6",
                    cure: "write \(IPAddress(ipv4: UInt32(truncatingIfNeeded: address.number)))")
            }
            guard !address.isUnspecified, !address.isMulticast, !address.isLinkLocal, !address.isLimitedBroadcast
            else {
                throw Objection("\(quoted(text)) is no address of a single host", cure: "write a global address")
            }
            return address
        }
    }
}

extension Shape where Value == String {
    fileprivate static var nodeName: Shape {
        text("a node's name", example: "node-a") { text throws(Objection) in
            guard (1...253).contains(text.utf8.count) else {
                throw Objection("the name has no or more than 253 octets", cure: "write the node's name")
            }
        }
    }

    fileprivate static var linkName: Shape {
        text("an interface name", example: "eth1") { text throws(Objection) in
            guard let pattern = InterfacePattern(text), pattern.matches(text), !text.contains("*"), !text.contains("?")
            else {
                throw Objection(
                    "\(quoted(text)) cannot be the name of an interface", cure: "write one name of at most 15 letters")
            }
        }
    }
}
