import Operations

/// BGP peers for people.
struct PeerTable {
    private let bgp: StatusDocument.BGP

    init(_ bgp: StatusDocument.BGP) {
        self.bgp = bgp
    }

    /// One line for each peer, as a status shows them.
    var lines: [String] {
        let identity = [bgp.asn.map { "AS \($0)" }, bgp.routerID.map { "identifier \($0)" }].compactMap(\.self)
        var lines = ["bgp \(identity.joined(separator: ", "))"]
        if let obstacle = bgp.obstacle { lines.append("bgp: \(obstacle)") }
        lines += bgp.problems.map { "bgp: \($0)" }
        let header = ["PEER", "ADDRESS", "AS", "SESSION", "SINCE", "IPV4", "IPV6", "BFD", "REASON"]
        let rows = bgp.peers.map { peer in
            [
                peer.name, peer.address, "\(peer.asn)", peer.state, peer.since ?? "-",
                Self.count(peer.advertised["ipv4"]), Self.count(peer.advertised["ipv6"]), peer.bfd?.state ?? "-",
                peer.state == "Established" ? "" : peer.lastError ?? peer.reason,
            ]
        }
        return rows.isEmpty ? lines + ["no peers"] : lines + align([header] + rows)
    }

    /// Everything that is known of each peer.
    var details: [String] {
        var lines = self.lines
        for peer in bgp.peers {
            lines.append("")
            lines.append("\(peer.name) (\(peer.address), AS \(peer.asn)): \(peer.state), \(peer.reason)")
            if let error = peer.lastError {
                lines.append("  last error: \(error)" + (peer.lastErrorAt.map { ", at \($0)" } ?? ""))
            }
            if let seconds = peer.holdTime { lines.append("  hold time \(seconds) s") }
            lines.append("  sent: \(Self.list(peer.sent))")
            lines.append("  received: \(Self.list(peer.received)); \(peer.receivedPrefixes) prefixes")
            if peer.treatedAsWithdraw > 0 || peer.discardedAttributes > 0 {
                lines.append(
                    "  mistakes of the peer: \(peer.treatedAsWithdraw) updates treated as withdrawal, "
                        + "\(peer.discardedAttributes) attributes discarded")
            }
            lines.append("  established \(peer.timesEstablished) times")
            if let bfd = peer.bfd { lines.append("  BFD \(Self.line(bfd))") }
        }
        return lines
    }

    private static func line(_ bfd: StatusDocument.BGP.BFD) -> String {
        var parts = [bfd.state + (bfd.isMultihop ? " (multihop)" : "")]
        if let since = bfd.since { parts.append("since \(since)") }
        if let interval = bfd.intervalMilliseconds { parts.append("a packet every \(interval) ms") }
        if let time = bfd.detectionMilliseconds { parts.append("detection time \(time) ms") }
        if let diagnostic = bfd.diagnostic { parts.append(diagnostic) }
        if let failure = bfd.failure { parts.append(failure) }
        return parts.joined(separator: ", ")
    }

    private static func count(_ number: Int?) -> String { number.map { "\($0)" } ?? "-" }

    private static func list(_ counters: [String: UInt64]) -> String {
        counters.isEmpty
            ? "nothing" : counters.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
