import NetworkTypes

/// Another node, as this one knows it.
struct Peer: Sendable {
    let name: NodeName
    let id: NodeID
    /// Not in the roster: heard of by its own heartbeats.
    var isGuest: Bool
    var detector: FailureDetector
    /// Its latest run that has proved to be alive; 0 before the first.
    var incarnation: UInt64 = 0
    var window = ReplayWindow()
    /// Datagrams of the runs before.
    private var formerlyReceived: UInt64 = 0
    private var formerlyLost: UInt64 = 0
    var latestSequence: UInt64 = 0
    /// The latest datagram that came from itself: those before it, if they come late, are no sign of life.
    var heardSequence: UInt64 = 0
    /// Of the datagram that `hearing` is from.
    var hearingSequence: UInt64 = 0
    var standing: Standing = []
    var rosterDigest: UInt32 = 0
    var hearing: Hearing?
    /// Since when it says that it does not hear this node.
    var listedSince: MonotonicTime?
    /// Whether it says so and no third node contradicts.
    var isDoubtful = false
    /// The state that it says is in force, the one that is known, and since when they differ.
    var advertisedVersion: UInt32?
    var stateVersion: UInt32?
    var behindSince: MonotonicTime?
    /// What it served and owned last.
    var state: NodeState?
    var assembly: StateAssembly?
    var reach = Reach.unreachable
    /// When it became what `reach` says, or was first heard of.
    var reachSince: MonotonicTime
    /// The latest epoch known when it was lost: who lost it by then knew of all claims up to it.
    var lostClock: UInt64?
    var lastAsked: MonotonicTime?
    var lastCorrected: MonotonicTime?
    var lastAnswered: MonotonicTime?
    /// The next part of the own state to send to it alone.
    var nextPart: Int?
    /// Since when it allocates, on the cluster's logical clock; 0 while it does not.
    var term: UInt64 = 0
    /// The version of its records that it says is in force, the one that is known, and since when they differ.
    var advertisedRecords: UInt32?
    var recordsVersion: UInt32?
    var recordsBehindSince: MonotonicTime?
    var records: NodeRecords?
    var recordsAssembly: StateAssembly?
    var lastAskedRecords: MonotonicTime?
    /// The next part of the own records to send to it alone.
    var nextRecordsPart: Int?
    /// How often it sends, in milliseconds, and how many heartbeats it misses before it holds this node for dead; 0 while
    /// that is not known.
    var interval: UInt16 = 0
    var missed: UInt8 = 0
    /// The latest datagram of this node that it has answered.
    var answeredSequence: UInt64 = 0

    init(name: NodeName, isGuest: Bool, settings: FailureDetector.Settings, at now: MonotonicTime) {
        self.name = name
        id = NodeID(name)
        self.isGuest = isGuest
        detector = FailureDetector(settings: settings)
        reachSince = now
    }

    /// Datagrams that were taken in.
    var received: UInt64 { formerlyReceived &+ window.received }
    /// Datagrams that were sent and have not come.
    var lost: UInt64 { formerlyLost &+ window.lost }
    /// Not in the roster, and no run of it has proved to be alive: perhaps a recording, which changes nothing.
    var isUnproven: Bool { isGuest && incarnation == 0 }
    var hasLeft: Bool { standing.contains(.leaving) }
    /// Whether its records are known as they are; there may be none.
    var areRecordsInStep: Bool {
        advertisedRecords == 0 || (advertisedRecords != nil && advertisedRecords == recordsVersion)
    }
    var isInStep: Bool { advertisedVersion != nil && advertisedVersion == stateVersion }
    var facts: MemberFacts {
        MemberFacts(
            id: id, name: name, standing: standing, subnets: state?.subnets,
            isDoubtful: isDoubtful)
    }

    /// A new run of the node is alive. What the run before owned stands until the new one tells.
    mutating func begin(_ incarnation: UInt64) {
        self.incarnation = incarnation
        formerlyReceived = received
        formerlyLost = lost
        window = ReplayWindow()
        latestSequence = 0
        heardSequence = 0
        hearingSequence = 0
        detector.arrivals = ArrivalStatistics()
        hearing = nil
        advertisedVersion = nil
        stateVersion = nil
        behindSince = nil
        assembly = nil
        answeredSequence = 0
        term = 0
        advertisedRecords = nil
        recordsVersion = nil
        recordsBehindSince = nil
        recordsAssembly = nil
    }
}
