public import NetworkTypes

/// What a member knows, for people and metrics.
public struct MemberStatus: Sendable {
    /// Another node.
    public struct Node: Sendable {
        /// Its name.
        public let name: NodeName
        /// How it is reached.
        public let reach: Reach
        /// Alive, suspect or dead by its own heartbeats.
        public let verdict: FailureDetector.Verdict
        /// The time between its heartbeats.
        public let arrivals: ArrivalStatistics
        /// The silence after which it counts as dead: longer than configured here when it sends less often.
        public let detectionTime: Duration
        /// Whether it hands over what it has.
        public let isDraining: Bool
        /// How many addresses it claims, as last heard.
        public let claimCount: Int
        /// Datagrams that came from it since this node knows of it.
        public let received: UInt64
        /// Datagrams that it sent and that have not come.
        public let lost: UInt64
    }

    /// The others, ascending by name.
    public let nodes: [Node]
    /// Whether this node still listens before it takes addresses.
    public let isSettling: Bool
    /// The addresses that this node claims, ascending, and whether they are in effect.
    public let claims: [(address: IPAddress, isInEffect: Bool)]
    /// Datagrams dropped, by reason; reasons that did not occur are absent.
    public let rejections: [Rejection: Int]
    /// Heartbeats of this node, each to all others.
    public let beats: UInt64
    /// Whether another process was lately heard to use the name of this node.
    public let hasNamesake: Bool

    /// How long it is told after it was heard last.
    static let namesakeTime = Duration.seconds(10)
}

extension Member {
    /// What is known at `now`.
    public func status(at now: MonotonicTime) -> MemberStatus {
        MemberStatus(
            nodes: peers.map { peer in
                MemberStatus.Node(
                    name: peer.name, reach: peer.reach, verdict: peer.detector.verdict(at: now),
                    arrivals: peer.detector.arrivals, detectionTime: peer.detector.detectionTime,
                    isDraining: peer.standing.contains(.draining),
                    claimCount: peer.state?.claims.count ?? 0, received: peer.received, lost: peer.lost)
            },
            isSettling: standing.contains(.settling),
            claims: ownership.ownClaims.sorted.map { ($0.address, $0.isInEffect) },
            rejections: Dictionary(
                uniqueKeysWithValues: Rejection.allCases.map { ($0, rejections[$0.rawValue]) }.filter { $0.1 > 0 }),
            beats: beats, hasNamesake: namesakeHeard.map { $0.duration(to: now) < MemberStatus.namesakeTime } ?? false)
    }

    /// The node that owns the address by the claims heard; nil for none.
    public func owner(of address: IPAddress) -> NodeName? {
        ownership.records[address]?.owner.flatMap { ownership.name(of: $0) }
    }

    /// Whether the owner answers for the address already, and does not only say that it will.
    public func ownerAnswers(for address: IPAddress) -> Bool {
        ownership.records[address]?.isOwnerInEffect ?? false
    }

    /// Whether this node claims nothing, as after a drain.
    public var hasNoClaims: Bool { ownership.ownClaims.count == 0 }
}
