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
    private var phase = Phase.waiting

    private enum Phase {
        /// The state is whole.
        case current
        /// Everything is to be read. What is still in the queue is from before, and has no place in what is read.
        case waiting
        case reading(Rebuild)
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

    /// Tables are read in the order given; the first request is for the first of them.
    init(tables: [NetworkTable]) {
        self.tables = tables
    }

    var isCurrent: Bool {
        if case .current = phase { true } else { false }
    }

    /// A request goes out, with nothing left in the queue that is older than a loss.
    mutating func requested() {
        if case .waiting = phase { phase = .reading(Rebuild()) }
    }

    /// A notice was lost.
    mutating func lost() -> Step? {
        switch phase {
        case .current:
            phase = .waiting
            return tables.first.map { .request($0) }
        case .waiting: return nil
        case .reading(var rebuild):
            // One dump at a time: the kernel refuses a second one on the same socket.
            rebuild.isStale = true
            phase = .reading(rebuild)
            return nil
        }
    }

    /// Takes a notice or an entry of a dump; returns what is to be reported.
    mutating func take(_ change: NetlinkChange) -> NetlinkChange? {
        guard case .reading(var rebuild) = phase else { return state.apply(change) ? change : nil }
        // Moved out and back, so that its tables are not copied.
        phase = .waiting
        rebuild.state.apply(change)
        phase = .reading(rebuild)
        return nil
    }

    /// The dump of the table in work came to its end.
    ///
    /// `isWhole` is false when the kernel says that entries may be missing.
    mutating func dumpEnded(isWhole: Bool) -> [Step] {
        guard case .reading(var rebuild) = phase else { return [] }
        if rebuild.isStale {
            phase = .waiting
            return tables.first.map { [.request($0)] } ?? []
        }
        if !isWhole, rebuild.attempts < Self.patience {
            rebuild.attempts += 1
        } else {
            rebuild.isDoubtful = rebuild.isDoubtful || !isWhole
            rebuild.attempts = 1
            rebuild.position += 1
        }
        guard rebuild.position < tables.count else { return finish(rebuild) }
        phase = .reading(rebuild)
        return [.request(tables[rebuild.position])]
    }

    private mutating func finish(_ rebuild: Rebuild) -> [Step] {
        state = rebuild.state
        phase = .current
        let report = Step.report(.resynchronised(state))
        guard rebuild.isDoubtful, let again = lost() else { return [report] }
        return [report, again]
    }
}
