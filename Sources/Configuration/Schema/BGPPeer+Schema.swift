import NetworkTypes
import YAML

extension Shape where Value == BGPPeerSettings {
    static var peer: Shape {
        mapping(
            BGPPeerSettings(), reach + session,
            example: "{name: tor, address: 192.168.10.1, asn: 64500}"
        ).checked(BGPChecks.checkPeer)
    }

    private static var reach: [Field<BGPPeerSettings>] {
        [
            Field("name", \.name, .label, isRequired: true, "What the peer is called here."),
            Field(
                "address", optional: \.address, .routerAddress, otherwise: "found on the interface",
                "The peer's address."),
            Field(
                "interface", optional: \.interface, .interfaceName, otherwise: "by the host's routes",
                "The interface of a link-local address, or on which the peer is found by its router advertisements."),
            Field("asn", \.asn, .asn, isRequired: true, "The peer's AS number."),
            Field("port", \.port, .integer(1...65_535), "The port that is dialled."),
            Field("nodes", \.nodes, .nodes, "The nodes that have this peer."),
            Field(
                "connect", optional: \.connect, .choice(), otherwise: "active, or both where bgp.listen is true",
                "Who dials: this side, the peer, or both."),
            Field(
                "source", optional: \.source, .routerAddress, otherwise: "chosen by the host's routes",
                "The address to speak from."),
            Field(
                "sourceInterface", optional: \.sourceInterface, .interfaceName,
                otherwise: "chosen by the host's routes",
                "The interface whose address to speak from: one in the peer's subnet, else the lowest."),
            Field(
                "passwordFile", optional: \.passwordFile, .absolutePath, otherwise: "none",
                "A file with the TCP MD5 key of 1 to 80 octets; it is read again when it changes; a warning "
                    + "tells when every user may read or write it."),
            Field(
                "ttlSecurity", \.ttlSecurity, .boolean,
                "Drops what has passed a router (RFC 5082); the peer must send with TTL 255."),
            Field(
                "multihop", optional: \.multihop, .integer(2...255), otherwise: "the peer is on the link",
                "How many hops away an external peer may be; BFD is then spoken on port 4784."),
        ]
    }

    private static var session: [Field<BGPPeerSettings>] {
        [
            Field("holdTime", \.holdTime, .holdTime, "After which silence ends the session; 0s for never."),
            Field(
                "connectRetry", \.connectRetry, .duration(.milliseconds(100) ... .seconds(600)),
                "Between two dials that fail."),
            Field(
                "families", \.families, .list(of: .choice(), "a list of families", example: "[ipv4, ipv6]"),
                "Routes that are exchanged."),
            Field(
                "requireFamilies", \.requireFamilies, .boolean,
                "Whether the peer must exchange all of these; else the session has those that both have."),
            Field(
                "gracefulRestart", optional: \.gracefulRestart, .duration(.seconds(1) ... .seconds(4_095)),
                otherwise: "off", "How long the peer keeps routes over a restart of herald (RFC 4724)."),
            Field("bfd", \.bfd, .bfdUse, "Whether BFD watches the path: false, true, or required for a session."),
            Field(
                "localASN", optional: \.localASN, .asn, otherwise: "bgp.asn", "Another AS number that the peer sees."),
            Field(
                "showRealASN", \.showRealASN, .boolean, "Whether the path shows bgp.asn behind localASN."),
            Field(
                "role", optional: \.role, .choice(), otherwise: "none", "What this side is to the peer (RFC 9234)."),
            Field("requireRole", \.requireRole, .boolean, "Whether the peer must state its role."),
            Field(
                "extendedNextHop", optional: \.extendedNextHop, .boolean, otherwise: "true over IPv6",
                "Whether IPv4 routes may have an IPv6 next hop (RFC 8950)."),
            Field(
                "maximumPrefixes", optional: \.maximumPrefixes, .integer(0...10_000_000), otherwise: "no limit",
                "Prefixes of one family that the peer may send before the session is ended."),
        ]
    }
}

extension Shape where Value == String {
    fileprivate static var interfaceName: Shape {
        text("an interface name", example: "eth0") { name throws(Objection) in
            guard let pattern = InterfacePattern(name), !name.contains("*"), !name.contains("?"), pattern.text == name
            else {
                throw Objection(
                    "\(quoted(name)) cannot be the name of an interface", cure: "write one name, as in eth0")
            }
        }
    }
}

extension Shape where Value == Duration {
    /// RFC 4271 section 4.2.
    fileprivate static var holdTime: Shape {
        Shape.duration(.zero ... .seconds(65_535)).checked { holdTime, node, reading in
            let (seconds, rest) = holdTime.components
            guard rest != 0 || seconds == 1 || seconds == 2 else { return }
            reading.error(
                node.mark, "\(reading.subject): \(DurationText.text(of: holdTime)) cannot be a hold time",
                cure: "write 0s for none, or whole seconds from 3s")
        }
    }
}

extension Shape where Value == BGPPeerSettings.BFDUse {
    fileprivate static var bfdUse: Shape {
        word(
            "true, false or required", example: "true",
            show: {
                switch $0 {
                case .off: "false"
                case .on: "true"
                case .required: "required"
                }
            }
        ) { text throws(Objection) in
            switch text {
            case "true": return .on
            case "false": return .off
            case "required": return .required
            default: throw Objection("\(quoted(text)) is not known", cure: "write true, false or required")
            }
        }
    }
}
