/// How a member behaves; the same on all nodes, but for the moment of a change.
public struct MemberSettings: Sendable {
    /// Heartbeats of another number are another cluster's.
    public var cluster: UInt32
    /// How often heartbeats go out, and how many missing ones mean death.
    public var detection: FailureDetector.Settings
    /// How addresses are laid on nodes.
    public var election: Election
    /// How long a node that starts, or gets an interface back, waits for the others before it takes addresses. It waits no
    /// longer than until all have answered.
    public var settleTime: Duration
    /// How long a node waits for one that should take an address before it does so itself.
    public var patience: Duration
    /// How long the owner of an address that may not keep it goes on while nobody takes over.
    public var handoverLimit: Duration
    /// How long an address rests that could not be attached here.
    public var retry: Duration

    /// - Parameter settleTime: by default twice the detection time.
    public init(
        cluster: UInt32, detection: FailureDetector.Settings = FailureDetector.Settings(),
        election: Election = .spread, settleTime: Duration? = nil, patience: Duration = .milliseconds(200),
        handoverLimit: Duration = .seconds(2), retry: Duration = .seconds(5)
    ) {
        self.cluster = cluster
        self.detection = detection
        self.election = election
        self.settleTime = settleTime ?? detection.detectionTime * 2
        self.patience = patience
        self.handoverLimit = handoverLimit
        self.retry = retry
    }
}
