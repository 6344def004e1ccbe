import BGP
import BGPMode
import Configuration
import HostNetwork
import IPAM
import LoadBalancing
import Logging
import NetworkTypes
import Operations
import PacketLoop

/// The part of BGP in the process, and what is shown of it.
extension Daemon {
    func makeBGP(
        _ configuration: Configuration, on loop: PacketLoop, _ network: HostNetwork, _ keeper: AddressKeeper
    ) -> BGPAnnouncer {
        BGPAnnouncer(
            loop: loop, network: network, keeper: keeper, node: node, settings: configuration.bgp,
            pools: configuration.pools.map(\.pool.name), isUsed: configuration.modes.contains(.bgp),
            logger: Logger(label: "bgp"))
    }

    static func configure(_ bgp: BGPAnnouncer, _ new: Configuration) async {
        await bgp.configure(
            new.bgp, pools: new.pools.map(\.pool.name), isUsed: new.modes.contains(.bgp))
    }
}

extension StatusMaker {
    static func bgp(_ report: BGPReport) -> StatusDocument.BGP {
        var document = StatusDocument.BGP(peers: report.peers.map { peer($0, report.now) })
        document.asn = report.asn?.number
        document.routerID = report.routerID
        document.obstacle = report.obstacle?.sentence
        document.problems = report.problems
        document.rejectedBFDPackets = report.rejectedBFDPackets
        return document
    }

    private static func peer(_ peer: BGPReport.Peer, _ now: MonotonicTime) -> StatusDocument.BGP.Peer {
        var document = StatusDocument.BGP.Peer(
            name: peer.name, address: peer.address, asn: peer.asn.number, state: peer.state, reason: peer.reason)
        document.since = peer.since.map { text(date($0, now)) }
        document.lastError = peer.lastError
        document.lastErrorAt = peer.lastErrorAt.map { text(date($0, now)) }
        document.localASN = peer.localASN?.number
        document.holdTime = peer.holdTime
        document.isShuttingDown = peer.isShuttingDown
        document.timesEstablished = peer.counters.established
        document.sent = counts(peer.counters.sent)
        document.received = counts(peer.counters.received)
        document.receivedPrefixes = peer.counters.announcedPrefixes
        document.treatedAsWithdraw = peer.counters.treatedAsWithdraw
        document.discardedAttributes = peer.counters.discardedAttributes
        for (family, count) in peer.advertised { document.advertised[family == .ipv4 ? "ipv4" : "ipv6"] = count }
        document.bfd = peer.bfd.map { bfd($0, now) }
        return document
    }

    private static func counts(_ counters: [MessageType: UInt64]) -> [String: UInt64] {
        Dictionary(counters.map { ($0.key.description, $0.value) }) { first, _ in first }
    }

    private static func bfd(_ report: BGPReport.BFD, _ now: MonotonicTime) -> StatusDocument.BGP.BFD {
        var document = StatusDocument.BGP.BFD(state: report.stateName, isMultihop: report.isMultihop)
        document.since = report.since.map { text(date($0, now)) }
        document.diagnostic = report.diagnostic
        document.failure = report.failure
        document.intervalMilliseconds = report.interval.map { Self.milliseconds($0) }
        document.detectionMilliseconds = report.detectionTime.map { Self.milliseconds($0) }
        document.received = report.received
        document.sent = report.sent
        return document
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        (Double(duration.wholeNanoseconds) / 100_000).rounded() / 10
    }

    func routes() async -> OperationsResponse {
        let routes = await bgp.routes().map { route in
            let attributes = route.attributes
            return StatusDocument.BGP.Route(
                peer: route.peer, prefix: route.prefix.description,
                communities: attributes.communities.map(\.description)
                    + attributes.extendedCommunities.map(\.description)
                    + attributes.largeCommunities.map(\.description),
                localPreference: attributes.localPreference, med: attributes.multiExitDiscriminator,
                prepend: attributes.prepends)
        }
        return Self.json(routes)
    }
}
