/// Every metric that herald has. A part that measures something new adds a line here.
public enum MetricCatalogue {
    /// Grouped by the part that measures; each name once.
    public static let all: [MetricDescription] =
        process + configuration + services + health + membership + bgp + kubernetes

    private static let process: [MetricDescription] = [
        .gauge("herald_build_info", "Always 1; the label tells the version."),
        .gauge("process_start_time_seconds", "When the process started, in seconds since 1970."),
        .counter("process_cpu_seconds_total", "Processor time that the process has used, user and system."),
        .gauge("process_resident_memory_bytes", "Memory of the process that is in RAM."),
        .gauge("process_virtual_memory_bytes", "Address space of the process."),
        .gauge("process_open_fds", "Descriptors that the process has open."),
        .gauge("process_threads", "Threads of the process."),
    ]

    private static let configuration: [MetricDescription] = [
        .gauge("herald_configuration_info", "Always 1; the labels tell the hash of the file in force, and the mode."),
        .gauge(
            "herald_configuration_loaded_timestamp_seconds",
            "When the configuration in force was read, in seconds since 1970."),
        .gauge(
            "herald_configuration_rejected", "1 while the file says something else than what is in force, otherwise 0."),
    ]

    private static let services: [MetricDescription] = [
        .gauge("herald_services", "Services that are ours, by state."),
        .gauge(
            "herald_services_obstructed", "Services of which something is not as it should be, by the first reason."),
        .gauge("herald_pool_addresses", "Addresses that a pool has."),
        .gauge("herald_pool_addresses_used", "Addresses of a pool that Services have."),
        .gauge("herald_pool_addresses_quarantined", "Addresses of a pool that rest before they are given again."),
        .gauge("herald_pool_addresses_conflicted", "Addresses of a pool that another host on the network uses."),
        .gauge("herald_addresses_owned", "Addresses that this node announces."),
        .counter("herald_service_events_total", "What happened to Services, as this node told it, by reason."),
        .gauge(
            "herald_source_synchronised", "1 once everything that exists has been read from the source of Services."),
        .gauge("herald_source_problems", "Things that the source of Services cannot read or write now."),
        .gauge("herald_allocator", "1 while this node is the one that gives addresses, otherwise 0."),
        .histogram("herald_operator_pass_duration_seconds", "How long one pass of the reconcile loop took."),
        .gauge("herald_operator_pending_services", "Services that the next pass of the reconcile loop looks at."),
    ]

    private static let health: [MetricDescription] = [
        .gauge("herald_loop_heartbeat_age_seconds", "Time since a loop of the process last turned."),
        .counter(
            "herald_operations_requests_total", "Requests that operations.listen and the socket answered, by status."),
        .counter(
            "herald_operations_connections_refused_total", "Connections closed at once, since too many were open."),
    ]

    private static let membership: [MetricDescription] = [
        .gauge("herald_membership_problem", "1 while something keeps nodes from sharing addresses, otherwise 0."),
        .gauge("herald_membership_draining", "1 while this node hands over what it has, otherwise 0."),
        .counter("herald_membership_datagrams_rejected_total", "Datagrams that are no valid heartbeat, by reason."),
        .counter("herald_membership_heartbeats_sent_total", "Heartbeats of this node, each to every other."),
        .counter("herald_membership_datagrams_sent_total", "Datagrams sent to other nodes."),
        .counter("herald_membership_datagrams_unsent_total", "Datagrams that the system did not take."),
        .counter(
            "herald_arp_addresses_claimed_total",
            "Addresses that this node took, by reason; takeover: their owner was gone."),
        .counter(
            "herald_arp_addresses_released_total",
            "Addresses that this node let go of, by reason; yielded: another node has taken over."),
        .counter("herald_arp_conflicts_total", "How often another host was heard to have an address of ours."),
        .counter(
            "herald_arp_contests_lost_total",
            "How often this node yielded an address to one whose announcements it heard, but no heartbeats."),
        .counter("herald_arp_frames_sent_total", "Frames sent, by protocol and purpose."),
        .counter("herald_arp_questions_refused_total", "Questions not answered, since the asker had had its share."),
        .counter("herald_arp_frames_malformed_total", "Frames received that were malformed."),
        .counter(
            "herald_arp_pauses_total", "How often the process did not run for so long that it asked the others first."),
        .gauge(
            "herald_member_reachable", "1 while this node and the member hear each other, or a third node hears both."),
        .gauge("herald_member_alive", "1 while the member's own heartbeats arrive, otherwise 0."),
        .gauge("herald_member_addresses", "Addresses that the member has."),
        .counter("herald_member_datagrams_received_total", "Datagrams that came from the member."),
        .counter(
            "herald_member_datagrams_lost_total",
            "Datagrams of the member that have not come; what it sent to other nodes alone counts too."),
        .gauge(
            "herald_member_heartbeat_interval_p99_seconds",
            "Time between heartbeats of the member that 99 of 100 do not exceed."),
    ]

    private static let bgp: [MetricDescription] = [
        .gauge("herald_bgp_problems", "Things that keep routes from being announced by BGP."),
        .gauge("herald_bgp_session_established", "1 while the session with the peer is established, otherwise 0."),
        .counter("herald_bgp_sessions_established_total", "How often the session with the peer was established."),
        .gauge("herald_bgp_routes_advertised", "Routes that the peer has from this node, by family."),
        .counter("herald_bgp_prefixes_received_total", "Prefixes that the peer sent; herald uses none of them."),
        .counter("herald_bgp_messages_sent_total", "Messages sent to the peer, by type."),
        .counter("herald_bgp_messages_received_total", "Messages received from the peer, by type."),
        .gauge(
            "herald_bgp_graceful_shutdown", "1 while the routes to the peer carry GRACEFUL_SHUTDOWN, otherwise 0."),
        .counter(
            "herald_bgp_updates_treated_as_withdraw_total",
            "UPDATEs of the peer whose mistakes made them count as withdrawals."),
        .counter("herald_bgp_attributes_discarded_total", "Attributes of the peer that were wrong, and discarded."),
        .gauge("herald_bfd_session_up", "1 while BFD says that the path to the peer works, otherwise 0."),
        .gauge("herald_bfd_interval_seconds", "Time between the peer's BFD packets, as measured while it is up."),
        .gauge("herald_bfd_detection_seconds", "How long the peer may be silent before BFD says that it is gone."),
        .counter("herald_bfd_packets_sent_total", "BFD packets sent to the peer."),
        .counter("herald_bfd_packets_received_total", "BFD packets received from the peer."),
        .counter("herald_bfd_packets_rejected_total", "BFD packets that belong to no session or are not valid."),
    ]

    private static let kubernetes: [MetricDescription] = [
        .gauge("herald_kubernetes_reachable", "1 while Services are being read from the API server, otherwise 0."),
        .gauge("herald_kubernetes_allocator_known", "1 while it is known which node allocates, otherwise 0."),
        .gauge(
            "herald_kubernetes_snapshot_age_seconds",
            "How long ago what is served was last known to be true; 0 while the API server is reachable."),
        .counter("herald_kubernetes_requests_total", "Requests to the API server, by verb and status code."),
        .histogram(
            "herald_kubernetes_request_duration_seconds",
            "Time until the API server began to answer, by verb; that of a watch is until it opened."),
    ]

    static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}
