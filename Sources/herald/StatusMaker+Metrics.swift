import ARPMode
import BGPMode
import Configuration
import FoundationEssentials
import IPAM
import LoadBalancing
import NetworkTypes
import Operations
import Operator
import PacketLoop

extension StatusMaker {
    /// How long a part is waited for that may stand still.
    private static let patience = Duration.seconds(2)

    /// What is known now, besides what the registry counts. What a loop that stands still would have to tell is left out:
    /// that it does is told.
    func samples() async -> [MetricSample] {
        let state = await configuration.state
        var samples = ProcessMetrics.samples(started: started.timeIntervalSince1970)
        samples += [
            MetricSample("herald_build_info", [("version", Version.number), ("commit", Version.commit)], 1),
            MetricSample(
                "herald_configuration_info",
                [
                    ("hash", state.parsed.fingerprint.description),
                    ("mode", state.parsed.configuration.mode.rawValue),
                ], 1),
            MetricSample(
                "herald_configuration_loaded_timestamp_seconds", [], state.loaded.timeIntervalSince1970),
            MetricSample("herald_configuration_rejected", [], state.obstacle != nil),
        ]
        let now = PacketLoop.now
        samples += beatingPulses().map { pulse in
            let age = Double(pulse.age(at: now).wholeNanoseconds) / 1e9
            return MetricSample("herald_loop_heartbeat_age_seconds", [("loop", pulse.name)], max(age, 0))
        }
        let modes = state.parsed.configuration.modes
        async let tally = TimeLimit.value(within: Self.patience) { await serviceOperator.tally() }
        async let members = TimeLimit.value(within: Self.patience) {
            modes.contains(.arp) ? await arp.membershipReport() : nil
        }
        async let peers = TimeLimit.value(within: Self.patience) { modes.contains(.bgp) ? await bgp.report() : nil }
        async let source = TimeLimit.value(within: Self.patience) { await cluster() }
        if let tally = await tally { samples += Self.samples(tally) }
        if let members = await members ?? nil { samples += Self.samples(members) }
        if let peers = await peers ?? nil { samples += Self.samples(Self.bgp(peers)) }
        if let source = await source ?? nil { samples += Self.samples(source) }
        for reporter in reporters { samples += await reporter().metrics }
        return samples
    }

    private static func samples(_ tally: OperatorTally) -> [MetricSample] {
        var samples = [
            MetricSample("herald_source_synchronised", [], tally.isSynchronised),
            MetricSample("herald_source_problems", [], tally.problems),
            MetricSample("herald_allocator", [], tally.isAllocator),
            MetricSample("herald_operator_pending_services", [], tally.services.pending),
        ]
        samples += tally.services.states.map { MetricSample("herald_services", [("state", $0.rawValue)], $1) }
        samples += tally.services.reasons.map { MetricSample("herald_services_obstructed", [("reason", $0)], $1) }
        samples += tally.services.owned.map { MetricSample("herald_addresses_owned", [("mode", $0.rawValue)], $1) }
        for pool in tally.pools {
            let labels = [(name: "pool", value: pool.pool), (name: "family", value: pool.family.rawValue)]
            samples += [
                MetricSample("herald_pool_addresses", labels, Double(String(pool.size)) ?? .infinity),
                MetricSample("herald_pool_addresses_used", labels, pool.used),
                MetricSample("herald_pool_addresses_quarantined", labels, pool.quarantined),
                MetricSample("herald_pool_addresses_conflicted", labels, pool.conflicted),
            ]
        }
        return samples
    }

    private static func samples(_ report: MembershipReport) -> [MetricSample] {
        var samples = [
            MetricSample("herald_membership_problem", [], report.problem != nil),
            MetricSample("herald_membership_draining", [], report.isDraining),
            MetricSample("herald_membership_heartbeats_sent_total", [], Double(report.heartbeats)),
            MetricSample("herald_membership_datagrams_sent_total", [], Double(report.datagramsSent)),
            MetricSample("herald_membership_datagrams_unsent_total", [], Double(report.datagramsUnsent)),
            MetricSample("herald_arp_conflicts_total", [], report.conflicts),
            MetricSample("herald_arp_contests_lost_total", [], report.contests),
            MetricSample("herald_arp_pauses_total", [], report.pauses),
            MetricSample("herald_arp_questions_refused_total", [], Double(report.framesRefused)),
            MetricSample("herald_arp_frames_malformed_total", [], Double(report.framesUndecodable)),
        ]
        samples += report.frames.map { frame in
            MetricSample(
                "herald_arp_frames_sent_total", [("protocol", frame.protocol), ("purpose", frame.purpose)],
                Double(frame.count))
        }
        samples += report.releases.map { MetricSample("herald_arp_addresses_released_total", [("reason", $0)], $1) }
        samples += report.claims.map { MetricSample("herald_arp_addresses_claimed_total", [("reason", $0)], $1) }
        samples += report.rejections.map {
            MetricSample("herald_membership_datagrams_rejected_total", [("reason", $0)], $1)
        }
        for node in report.nodes {
            let labels = [(name: "member", value: node.name.text)]
            samples += [
                MetricSample("herald_member_reachable", labels, node.reach == "mutual" || node.reach == "witnessed"),
                MetricSample("herald_member_alive", labels, node.verdict == "alive"),
                MetricSample("herald_member_addresses", labels, node.addressCount),
                MetricSample("herald_member_datagrams_received_total", labels, Double(node.received)),
                MetricSample("herald_member_datagrams_lost_total", labels, Double(node.lost)),
            ]
            if let arrival = node.arrivalP99 {
                let seconds = Double(arrival.wholeNanoseconds) / 1e9
                samples.append(MetricSample("herald_member_heartbeat_interval_p99_seconds", labels, seconds))
            }
        }
        return samples
    }

    private static func samples(_ cluster: ClusterStatus) -> [MetricSample] {
        var samples = [
            MetricSample("herald_kubernetes_reachable", [], cluster.reachable),
            MetricSample("herald_kubernetes_allocator_known", [], cluster.allocator != nil),
        ]
        if let age = cluster.snapshotAge {
            samples.append(MetricSample("herald_kubernetes_snapshot_age_seconds", [], age))
        }
        return samples
    }

    /// How long a node that has just started is not ready without a session, so that a roll-out of what keeps sessions
    /// from coming up goes slowly.
    private static let sessionPatience = Duration.seconds(30)

    private func sessions(_ report: StatusDocument.BGP) -> ReadinessCheck {
        let established = report.peers.count { $0.state == "Established" }
        let isWaiting = begun.duration(to: PacketLoop.now) < Self.sessionPatience
        let holds = established > 0 || report.peers.isEmpty || !isWaiting
        return ReadinessCheck("bgp", holds: holds, "\(established) of \(report.peers.count) sessions established")
    }

    /// What must hold before this node counts as ready. A configuration that was rejected is told, but the one in force
    /// still serves.
    func checks() async -> [ReadinessCheck] {
        let (isRead, isUp) = (await serviceOperator.hasReadSource, await serviceOperator.knowsHost)
        let obstacle = await configuration.state.obstacle?.replacing("\n", with: "; ")
        var checks = [
            ReadinessCheck(
                "configuration", holds: true, obstacle.map { "not what the file says: \($0)" } ?? "in force"),
            ReadinessCheck(
                "snapshot", holds: isRead,
                isRead ? "read" : "what exists has not been read completely yet"),
            ReadinessCheck(
                "announcers", holds: isUp,
                isUp ? "up" : "the interfaces of this host have not been read yet"),
        ]
        let modes = await configuration.state.parsed.configuration.modes
        if modes.contains(.arp) {
            let obstacle = await arp.membershipReport().obstacle
            checks.append(ReadinessCheck("membership", holds: obstacle == nil, obstacle ?? "up"))
        }
        if modes.contains(.bgp) { checks.append(sessions(Self.bgp(await bgp.report()))) }
        for reporter in reporters { checks += await reporter().checks }
        return checks
    }
}
