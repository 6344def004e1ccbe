import APIServer
import ClusterLab
import Lab
import NetworkTypes

/// Makes faults at random from the seed, and ends them.
struct Faults {
    /// One that befell a node: from when to when it may show.
    struct Span {
        let fault: Fault
        let node: String
        let began: MonotonicTime
        var ended: MonotonicTime?
    }

    private struct Running {
        let fault: Fault
        let subject: Subject?
        let end: MonotonicTime
        let span: Int?
    }

    let api: API
    let subjects: [Subject]
    let bird: Bird
    let journal: Journal
    let kinds: [Fault]
    var generator: SeededGenerator
    private(set) var spans: [Span] = []
    private(set) var counts: [Fault: Int] = [:]
    private var running: [Running] = []

    init(api: API, subjects: [Subject], bird: Bird, journal: Journal, without: Set<String>, seed: UInt64) {
        (self.api, self.subjects, self.bird, self.journal) = (api, subjects, bird, journal)
        kinds = Fault.allCases.filter { !without.contains($0.rawValue) }
        generator = SeededGenerator(seed: seed)
    }

    // MARK: - When

    /// One more, unless two are going on.
    mutating func maybeBegin() async throws {
        guard running.count < 2, let fault = kinds.randomElement(using: &generator) else { return }
        // The first node's process lives as long as the soak, so that its memory can be judged.
        let eligible = fault.endsProcess ? Array(subjects.dropFirst()) : subjects
        let free = eligible.filter { subject in !running.contains { $0.subject === subject } }
        let subject = fault.isOfNode ? free.randomElement(using: &generator) : nil
        guard !fault.isOfNode || subject != nil else { return }
        // SwiftNIO traps when it has no descriptor for its first event loop; later it is told as an error.
        if fault == .descriptors, let subject, isStarting(subject) { return }
        try await begin(fault, subject)
    }

    private func isStarting(_ subject: Subject) -> Bool {
        spans.contains { span in
            span.node == subject.herald.name && span.fault.endsProcess
                && (span.ended ?? LabClock.now).advanced(by: .seconds(15)) > LabClock.now
        }
    }

    mutating func endDue() async throws {
        for each in running where each.end <= LabClock.now { try await end(each) }
        running.removeAll { $0.end <= LabClock.now }
    }

    mutating func endAll() async throws {
        for each in running { try await end(each) }
        running = []
    }

    /// Whether a fault of the node excuses what it did with addresses at a time.
    func excuses(_ node: String, at time: MonotonicTime, grace: Duration) -> Bool {
        spans.contains { span in
            span.node == node && span.fault.excuses && span.began <= time
                && time <= (span.ended ?? LabClock.now).advanced(by: grace)
        }
    }

    // MARK: - What

    private mutating func begin(_ fault: Fault, _ subject: Subject?) async throws {
        let milliseconds = Int.random(in: 100...8000, using: &generator)
        let end = LabClock.now.advanced(by: .milliseconds(milliseconds))
        counts[fault, default: 0] += 1
        journal.note(
            subject?.herald.name ?? "cluster", "fault \(fault.rawValue) for up to \(milliseconds) ms", isShown: true)
        var place: Int?
        if let subject {
            place = spans.count
            spans.append(Span(fault: fault, node: subject.herald.name, began: LabClock.now))
            try await befall(fault, subject)
        } else {
            try await befallCluster(fault)
        }
        running.append(Running(fault: fault, subject: subject, end: end, span: place))
    }

    private mutating func befall(_ fault: Fault, _ subject: Subject) async throws {
        let herald = subject.herald
        switch fault {
        case .kill: try herald.crash()
        case .terminate: try herald.stop()
        case .freeze: try herald.running.stop()
        case .cut: try api.cluster.lab.cut(herald.node)
        case .drain: try await drain(herald, true)
        case .overrun: try subject.floodNetlink()
        case .clock: try subject.step(clock: Int64.random(in: -100_000...100_000, using: &generator))
        case .disk: subject.fillDisk()
        case .descriptors: try subject.limitDescriptors(true)
        default: break
        }
    }

    private func befallCluster(_ fault: Fault) async throws {
        switch fault {
        case .slowAPI:
            for verb in ["patch", "update", "create", "list"] {
                try await api.order(
                    "faults", ["action": "delay", "milliseconds": 700, "verb": .string(verb), "count": -1])
            }
        case .refusingAPI:
            for (code, verb) in [(429, "patch"), (500, "patch"), (410, "list"), (503, "create"), (409, "patch")] {
                try await api.order(
                    "faults",
                    [
                        "action": "status", "code": .integer(Int64(code)), "retryAfter": 1, "verb": .string(verb),
                        "count": 20,
                    ])
            }
        case .cutWatches: try await api.order("watches/cut", ["halfChunk": true])
        case .expireWatches: try await api.order("watches/expire")
        case .compact:
            try await api.order("compact")
            try await api.cluster.relay.cut()
        case .awayAPI: try await api.cluster.relay.leave()
        case .restartRouter: _ = try bird.command("restart all")
        default: break
        }
    }

    private mutating func end(_ one: Running) async throws {
        if let subject = one.subject {
            try await relieve(one.fault, subject)
            if let span = one.span { spans[span].ended = LabClock.now }
        } else {
            switch one.fault {
            case .slowAPI, .refusingAPI: try await api.order("faults/clear")
            case .awayAPI: try await api.cluster.relay.comeBack()
            default: return
            }
        }
        journal.note(one.subject?.herald.name ?? "cluster", "fault \(one.fault.rawValue) is over", isShown: true)
    }

    private func relieve(_ fault: Fault, _ subject: Subject) async throws {
        let herald = subject.herald
        switch fault {
        case .kill, .terminate: try herald.start()
        case .freeze: try herald.running.resume()
        case .cut: try api.cluster.lab.restore(herald.node)
        case .drain: try await drain(herald, false)
        case .clock: try subject.step(clock: 0)
        case .disk: subject.emptyDisk()
        case .descriptors: try subject.limitDescriptors(false)
        default: break
        }
    }

    private func drain(_ herald: HeraldNode, _ isDraining: Bool) async throws {
        let value: JSON = isDraining ? "true" : .null
        try await api.patch(
            api.cluster.node(herald), ["metadata": ["annotations": ["herald-lb.io/drain": value]]])
    }
}
