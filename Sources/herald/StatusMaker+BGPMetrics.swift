import Operations

extension StatusMaker {
    static func samples(_ bgp: StatusDocument.BGP) -> [MetricSample] {
        let overall = [
            MetricSample("herald_bgp_problems", [], bgp.problems.count + (bgp.obstacle == nil ? 0 : 1)),
            MetricSample("herald_bfd_packets_rejected_total", [], Double(bgp.rejectedBFDPackets)),
        ]
        return overall + bgp.peers.flatMap(samples)
    }

    private static func samples(_ peer: StatusDocument.BGP.Peer) -> [MetricSample] {
        let labels = [(name: "peer", value: peer.name)]
        var samples = [
            MetricSample("herald_bgp_sessions_established_total", labels, Double(peer.timesEstablished)),
            MetricSample("herald_bgp_graceful_shutdown", labels, peer.isShuttingDown),
            MetricSample("herald_bgp_prefixes_received_total", labels, Double(peer.receivedPrefixes)),
            MetricSample("herald_bgp_updates_treated_as_withdraw_total", labels, Double(peer.treatedAsWithdraw)),
            MetricSample("herald_bgp_attributes_discarded_total", labels, Double(peer.discardedAttributes)),
        ]
        // That a drained node has no session is nothing to be alarmed at.
        if peer.state != "Drained" {
            samples.append(MetricSample("herald_bgp_session_established", labels, peer.state == "Established"))
        }
        samples += peer.advertised.map { MetricSample("herald_bgp_routes_advertised", labels + [("family", $0)], $1) }
        samples += peer.sent.map { MetricSample("herald_bgp_messages_sent_total", labels + [("type", $0)], Double($1)) }
        samples += peer.received.map {
            MetricSample("herald_bgp_messages_received_total", labels + [("type", $0)], Double($1))
        }
        if let bfd = peer.bfd { samples += Self.samples(bfd, labels) }
        return samples
    }

    private static func samples(
        _ bfd: StatusDocument.BGP.BFD, _ labels: [(name: String, value: String)]
    ) -> [MetricSample] {
        var samples = [
            MetricSample("herald_bfd_session_up", labels, bfd.state.lowercased() == "up"),
            MetricSample("herald_bfd_packets_sent_total", labels, Double(bfd.sent)),
            MetricSample("herald_bfd_packets_received_total", labels, Double(bfd.received)),
        ]
        if let interval = bfd.intervalMilliseconds {
            samples.append(MetricSample("herald_bfd_interval_seconds", labels, interval / 1000))
        }
        if let time = bfd.detectionMilliseconds {
            samples.append(MetricSample("herald_bfd_detection_seconds", labels, time / 1000))
        }
        return samples
    }
}
