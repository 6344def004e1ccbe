import BGP
import NetworkTypes
import YAML

extension Shape where Value == BGPSettings {
    static var bgp: Shape {
        mapping(
            BGPSettings(),
            [
                Field(
                    "asn", optional: \.asn, .asn,
                    "The AS number of this side; without it nodes take it from their annotation "
                        + "herald-lb.io/bgp-asn."),
                Field(
                    "routerID", \.routerID, .routerID,
                    "The BGP identifier, written as an IPv4 address; auto takes the node's first IPv4 address."),
                Field(
                    "attach", \.attach, .choice(),
                    "Where an announced address lives: on the loopback link, on a device that vanishes with the "
                        + "process, or nowhere."),
                Field("listen", \.listen, .boolean, "Whether the peers named here may dial."),
                Field("port", \.port, .integer(1...65_535), "The port that is listened on."),
                Field("bfd", \.bfd, .bfd, "How BFD is spoken with the peers that have it."),
                Field("nodes", \.nodes, .nodes, "The nodes that announce."),
                Field(
                    "withdrawDelay", \.withdrawDelay, .duration(.zero ... .seconds(60)),
                    "How long a route outlives the last endpoint, in case that it comes back."),
                Field(
                    "grace", \.grace, .duration(.zero ... .seconds(600)),
                    "How long traffic gets to leave between GRACEFUL_SHUTDOWN and withdrawal."),
                Field(
                    "onShutdown", \.onShutdown, .choice(),
                    "Whether a process that is told to stop withdraws its routes, or leaves them to peers with "
                        + "gracefulRestart until the next start."),
                Field(
                    "peers", \.peers,
                    .list(of: .peer, "a list of peers", example: "[{name: tor, address: 192.168.10.1, asn: 64500}]"),
                    "The routers that are told of the addresses."),
                Field(
                    "advertisements", \.advertisements,
                    .list(of: .advertisement, "a list of advertisements", example: "[{pools: [edge]}]"),
                    "How routes look; the first entry that fits pool, peer and node counts, and where entries exist a "
                        + "route that none fits is not advertised."),
            ])
    }
}

extension Shape where Value == BFDSettings {
    fileprivate static var bfd: Shape {
        mapping(
            BFDSettings(),
            [
                Field(
                    "interval", \.interval, .duration(.milliseconds(10) ... .seconds(60)),
                    "Between two packets of either side."),
                Field("multiplier", \.multiplier, .integer(1...255), "Packets that may be missed."),
                Field("passive", \.passive, .boolean, "Whether the peer speaks first."),
                Field(
                    "minimumTTL", \.minimumTTL, .integer(1...255),
                    "The least TTL or hop limit of packets that have passed routers."),
            ])
    }
}

extension Shape where Value == BGPNodes {
    static var nodes: Shape {
        mapping(
            BGPNodes(),
            [
                Field(
                    "selector", optional: \.selector, .selector, "Chooses nodes by their labels; none: all.")
            ], example: "{selector: {rack: a}}")
    }
}

extension Shape where Value == AdvertisementSettings {
    fileprivate static var advertisement: Shape {
        mapping(
            AdvertisementSettings(),
            [
                Field(
                    "pools", \.pools, .list(of: .label, "a list of pools", example: "[edge]"),
                    "Names of pools; none: every pool."),
                Field(
                    "peers", \.peers, .list(of: .label, "a list of peers", example: "[tor]"),
                    "Names of peers; none: every peer."),
                Field("nodes", \.nodes, .nodes, "The nodes that advertise so."),
                Field(
                    "communities", \.communities,
                    .list(of: .community, "a list of communities", example: "[\"64512:100\"]"),
                    "Communities: 64512:100, large ones as 64512:1:2, extended ones as rt:64512:100 or soo:192.0.2.1:7, and "
                        + "well-known names as no-export."),
                Field(
                    "localPreference", optional: \.localPreference, .integer(0...4_294_967_295), otherwise: "100",
                    "LOCAL_PREF for peers of the same AS."),
                Field(
                    "med", optional: \.med, .integer(0...4_294_967_295), otherwise: "none", "MULTI_EXIT_DISC."),
                Field(
                    "prepend", \.prepend, .integer(0...20),
                    "How often the AS number is repeated in the path, for peers of other AS numbers."),
                Field(
                    "aggregationLength", \.aggregationLength, .integer(8...32),
                    "The length of the IPv4 prefixes that are advertised."),
                Field(
                    "aggregationLengthV6", \.aggregationLengthV6, .integer(16...128),
                    "The length of the IPv6 prefixes that are advertised."),
                Field(
                    "nextHop", optional: \.nextHop, .routerAddress, otherwise: "this node",
                    "The next hop instead of this node's own address."),
            ], example: "{pools: [edge]}")
    }
}

extension Shape where Value == ASN {
    static var asn: Shape {
        word("an AS number", example: "64512", show: { $0.description }) { text throws(Objection) in
            guard let asn = ASN(text) else {
                throw Objection(
                    "\(quoted(text)) is not an AS number", cure: "write a number from 1 to 4294967294, as in 64512")
            }
            guard asn.number != 0, asn.number != .max, asn != .transition else {
                throw Objection(
                    "AS number \(asn) is reserved", cure: "write one of your own, as in 64512 to 65534 for private use")
            }
            return asn
        }
    }
}

extension Shape where Value == RouterID? {
    fileprivate static var routerID: Shape {
        word("auto or an identifier", example: "auto", show: { $0?.description ?? "auto" }) {
            text throws(Objection) in
            if text == "auto" { return Optional<RouterID>.none }
            guard let address = IPAddress(text), let identifier = RouterID(address) else {
                throw Objection(
                    "\(quoted(text)) is not an identifier", cure: "write auto, or four numbers as in 192.0.2.1")
            }
            return identifier
        }
    }
}

extension Shape where Value == IPAddress {
    /// An address that one host can have.
    static var routerAddress: Shape {
        word("an IP address", example: "192.168.10.1", show: { $0.description }) { text throws(Objection) in
            guard let address = IPAddress(text) else {
                throw Objection(
                    "\(quoted(text)) is not an IP address", cure: "write, for example, 192.168.10.1 or fd00:10::1")
            }
            guard !address.isUnspecified, !address.isMulticast, !address.isLimitedBroadcast, !address.isIPv4Mapped
            else {
                throw Objection("\(quoted(text)) is not the address of a host", cure: "write that of one host")
            }
            return address
        }
    }
}

extension Shape where Value == CommunityText {
    fileprivate static var community: Shape {
        word(
            "a community", example: "\"64512:100\"",
            show: {
                switch $0 {
                case .standard(let community): "\"\(community)\""
                case .extended(let community): "\"\(community)\""
                case .large(let community): "\"\(community)\""
                }
            }
        ) { text throws(Objection) in
            if let community = Community(text) { return .standard(community) }
            if let community = LargeCommunity(text) { return .large(community) }
            if let community = ExtendedCommunity(text) { return .extended(community) }
            throw Objection(
                "\(quoted(text)) is not a community",
                cure: "write two numbers up to 65535 as in \"64512:100\", three as in \"64512:1:2\", an extended one "
                    + "as in \"rt:64512:100\", or a name as in no-export")
        }
    }
}
