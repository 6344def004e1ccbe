import NetworkTypes

/// Which router is the peer on one interface: a pure value.
struct NeighbourChoice {
    /// What an advertisement leads to.
    enum Outcome: Equatable {
        /// It says nothing new.
        case nothing
        /// Its router is the peer from now on.
        case found
        /// There is another router, and this one is ignored for the first time.
        case ignored
    }

    /// After which a router that says nothing gives way to another.
    private static let patience = Duration.seconds(60)

    private(set) var router: IPAddress?
    private var heard: MonotonicTime
    private var ignored: IPAddress?

    /// `router` is the one that was found before the interface was looked at anew; it has as long as any to be heard.
    init(_ router: IPAddress?, at now: MonotonicTime) {
        self.router = router
        heard = now
    }

    mutating func hear(_ new: IPAddress, at now: MonotonicTime) -> Outcome {
        if let router, router != new, heard.duration(to: now) <= Self.patience {
            guard ignored != new else { return .nothing }
            ignored = new
            return .ignored
        }
        heard = now
        guard router != new else { return .nothing }
        router = new
        return .found
    }
}
