/// Keeps a `NetworkState` equal to the kernel's from dumps and notices, free of sockets.
///
/// Dumps and notices come through one socket, whose order is the order of what happened: an entry of a dump is as new as
/// its place in the queue. So both are applied as they come, and what is read by the end of the dumps is whole.
struct Synchronisation: Sendable {
    /// What the owner is to do next.
    enum Step: Equatable {
        case request(NetworkTable)
        case report(NetlinkChange)
    }

    /// Interrupted dumps of one table are repeated so often before the result is taken as it is and read again later.
    static let patience = 10

    let tables: [NetworkTable]
    /// What was last reported, with all changes since.
    private(set) var state = NetworkState()
    private var rebuild: Rebuild?

    /// Tables are read in the order given.
    init(tables: [NetworkTable]) {
        self.tables = tables
    }

    /// A new reading of everything.
    private struct Rebuild {
        var state = NetworkState()
        var position = 0
        var attempts = 1
        /// Notices were lost since it began.
        var isStale = false
        /// It was interrupted to the end of our patience.
        var isDoubtful = false
    }

    var isCurrent: Bool { rebuild == nil }

    /// Begins to read everything. Called once at the start, and after that for a lost notice.
    mutating func restart() -> Step? {
        guard rebuild == nil else {
            // One dump at a time: the kernel refuses a second one on the same socket.
            rebuild?.isStale = true
            return nil
        }
        rebuild = Rebuild()
        return tables.first.map { .request($0) }
    }

    /// Takes a notice or an entry of a dump; returns what is to be reported.
    mutating func take(_ change: NetlinkChange) -> NetlinkChange? {
        if rebuild != nil {
            rebuild?.state.apply(change)
            return nil
        }
        return state.apply(change) ? change : nil
    }

    /// The dump of the table in work came to its end.
    ///
    /// `isWhole` is false when the kernel says that entries may be missing.
    mutating func dumpEnded(isWhole: Bool) -> [Step] {
        guard var current = rebuild else { return [] }
        if current.isStale {
            rebuild = Rebuild()
            return tables.first.map { [.request($0)] } ?? []
        }
        if !isWhole, current.attempts < Self.patience {
            current.attempts += 1
            rebuild = current
            return [.request(tables[current.position])]
        }
        current.isDoubtful = current.isDoubtful || !isWhole
        current.attempts = 1
        current.position += 1
        rebuild = current
        guard current.position == tables.count else { return [.request(tables[current.position])] }
        return finish(current)
    }

    private mutating func finish(_ finished: Rebuild) -> [Step] {
        state = finished.state
        rebuild = nil
        let report = Step.report(.resynchronised(state))
        guard finished.isDoubtful else { return [report] }
        return [report] + (restart().map { [$0] } ?? [])
    }
}
