import IPAM
import YAML

extension Shape where Value == ARPSettings {
    static var arp: Shape {
        mapping(
            ARPSettings(),
            [
                Field(
                    "interfaces", \.interfaces,
                    .list(of: .interface, "a list of interface names", example: "[ens160, \"eth*\"]"),
                    "The interfaces that may announce, by name or with * and ?; none: the one whose subnet holds the "
                        + "address."),
                Field(
                    "attach", \.attach, .choice(),
                    "Where an owned address lives: on the interface, on a device that vanishes with the process, or "
                        + "nowhere, answered from user space."),
                Field(
                    "election", \.election, .choice(),
                    "Whether addresses are spread over the nodes, or all on one as far as it can serve them."),
                Field(
                    "conflictDetection", \.conflictDetection, .choice(),
                    "How the network is asked whether an address is free before it is first taken: for 40 ms, for "
                        + "seconds as in RFC 5227, or not."),
                Field(
                    "onConflict", \.onConflict, .choice(),
                    "What becomes of an address in effect that another host claims again and again: it is left to that host "
                        + "and the Service gets another, or it is defended every 10 s."),
                Field(
                    "reannounce", \.reannounce, .reannouncement,
                    "How often an address in effect is announced again, for hosts and switches that have forgotten it; 0s: "
                        + "not after the first 5 s."),
                Field("nodes", \.nodes, .nodeChoice, "Which nodes may own addresses."),
                Field(
                    "lifetime", \.lifetime, .lifetime,
                    "How long an attached address outlives the process, in whole seconds."),
                Field(
                    "refresh", \.refresh, .duration(.milliseconds(100) ... .seconds(1_800)),
                    "How often that lifetime starts again; less than half of it."),
            ]
        ).checked(CrossChecks.checkLifetime)
    }
}

extension Shape where Value == Duration {
    /// Often enough for caches that forget within minutes, and seldom enough for a thousand addresses.
    static var reannouncement: Shape {
        Shape.duration(.zero ... .seconds(3_600)).checked { interval, node, reading in
            guard interval > .zero, interval < .seconds(10) else { return }
            reading.error(
                node.mark, "\(reading.subject): \(DurationText.text(of: interval)) is too often",
                cure: "write 0s for never, or 10s or more")
        }
    }

    /// The kernel counts an address's lifetime in seconds.
    static var lifetime: Shape {
        Shape.duration(.seconds(1) ... .seconds(3_600)).checked { lifetime, node, reading in
            guard lifetime.components.attoseconds != 0 else { return }
            reading.error(
                node.mark, "\(reading.subject): \(DurationText.text(of: lifetime)) is not a whole number of seconds",
                cure: "write \(lifetime.components.seconds)s or \(lifetime.components.seconds + 1)s")
        }
    }
}

extension Shape where Value == NodeChoice {
    /// A selector of nodes by their labels.
    static var nodeChoice: Shape {
        mapping(
            NodeChoice(),
            [Field("selector", \.selector, .selector, "The labels that a node must have; none: every node.")],
            example: "{selector: {edge: \"true\"}}")
    }
}
