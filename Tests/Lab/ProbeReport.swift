public import NetworkTypes

/// What a probe saw, as it prints it in JSON.
public struct ProbeReport: Codable, Sendable {
    /// What happened at one address.
    public struct Target: Codable, Sendable {
        /// The address probed, as text.
        public let address: String
        /// Probes sent, or tried to.
        public let sent: Int
        /// Probes that were answered at least once.
        public let answered: Int
        /// Further answers to a probe already answered: two nodes have the address.
        public let duplicates: Int
        /// Answers by the name of the responder (`lab-probe echo --name`); ICMP has none.
        public let answeredBy: [String: Int]
        /// Median and worst time from probe to answer, in nanoseconds; nil without answers.
        public let medianRoundTrip: Int64?
        /// See `medianRoundTrip`.
        public let worstRoundTrip: Int64?
        /// Times without answers, in order.
        public let gaps: [Gap]

        /// Probes never answered.
        public var lost: Int { sent - answered }
    }

    /// A run of probes that were not answered in time.
    public struct Gap: Codable, Hashable, Sendable {
        /// When the first of them was sent, in nanoseconds on the lab's clock.
        public let beganAt: Int64
        /// When answers came again; nil when they did not before the end.
        public let endedAt: Int64?
        /// Probes of the run that were never answered; the others were answered late.
        public let lost: Int
        /// Who answered last before the gap.
        public let before: String?
        /// Who answered first after it.
        public let after: String?

        package init(beganAt: Int64, endedAt: Int64?, lost: Int, before: String?, after: String?) {
            self.beganAt = beganAt
            self.endedAt = endedAt
            self.lost = lost
            self.before = before
            self.after = after
        }

        /// On the lab's clock.
        public var began: MonotonicTime { MonotonicTime(nanoseconds: beganAt) }
        /// On the lab's clock; nil when it did not end.
        public var ended: MonotonicTime? { endedAt.map(MonotonicTime.init(nanoseconds:)) }
        /// Too short by up to one interval, because the break may come at any time before the first lost probe.
        public var duration: Duration? { ended.map { began.duration(to: $0) } }
    }

    /// In the order of the addresses asked for.
    public let targets: [Target]
    /// Time between probes to one address, in nanoseconds.
    public let interval: Int64
    /// How much later than planned the probe sent, at worst, in nanoseconds: a large number means a busy machine, and
    /// that gaps say little.
    public let worstLateness: Int64

    package init(targets: [Target], interval: Int64, worstLateness: Int64) {
        self.targets = targets
        self.interval = interval
        self.worstLateness = worstLateness
    }

    /// All gaps of all addresses.
    public var gaps: [Gap] { targets.flatMap(\.gaps) }
}
