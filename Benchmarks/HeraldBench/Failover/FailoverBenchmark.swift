import Lab
import NetworkTypes

/// One kind of blow, dealt again and again to whoever owns the address, while a client sends every 2 ms.
struct FailoverBenchmark {
    let ring: Ring
    let blow: Blow
    let title: String

    private static let interval = Duration.milliseconds(2)
    /// Longer than what any program takes here.
    private static let patience = Duration.seconds(10)

    private struct Sample {
        var outage: Double?
        var lost = 0
        var succession: Double?
        var overlap: Double = 0
        /// From the heal to the last frame of the owner that yields.
        var reunion: Double?
    }

    func figures(_ runs: Int) throws -> [Figure] {
        if ring.tuning.isServerAway { try ring.removeServer() }
        let samples = try (0..<runs).map { try run(Double($0) / Double(runs)) }
        let name = "\(title): \(blow.rawValue)"
        let goals = self.goals
        // What never ended is the worst; only where nobody hears anyone may the owner stay.
        let successions =
            blow == .unheard ? samples.compactMap(\.succession) : samples.map { $0.succession ?? .infinity }
        var figures: [Figure] = []
        // With nothing attached, the kernel of a node without kube-proxy answers no one.
        if ring.tuning.attach != "none" {
            figures = [
                Figure("\(name), outage", "ms", goal: goals.outage, samples.map { $0.outage ?? .infinity }),
                Figure("\(name), packets lost", "", goal: goals.lost, samples.map { Double($0.lost) }),
            ]
        }
        if blow != .restarted {
            figures.append(Figure("\(name), new owner", "ms", goal: goals.succession, successions))
            figures.append(Figure("\(name), two owners on the wire", "ms", samples.map(\.overlap)))
        }
        if blow == .parted {
            let reunions = samples.map { $0.reunion ?? .infinity }
            figures.append(Figure("\(name), one owner after the heal", "ms", goal: .worst(200), reunions))
        }
        return figures
    }

    /// Those of DESIGN.md, for the configuration that they are meant for.
    private var goals: (outage: Figure.Goal?, lost: Figure.Goal?, succession: Figure.Goal?) {
        guard case .herald = ring.tuning.program else { return (nil, nil, nil) }
        if ring.tuning.interval != "50ms" { return (.median(50), nil, nil) }
        switch blow {
        case .blocked, .unplugged, .frozen: return (.worst(200), nil, nil)
        case .killed: return (nil, nil, .worst(200))
        case .terminated: return (nil, .worst(0.5), .median(50))
        // What the command itself takes is in it.
        case .drained: return (nil, .worst(0.5), nil)
        case .restarted: return (nil, .worst(0.5), nil)
        case .unheard, .parted: return (nil, nil, nil)
        }
    }

    /// - Parameter phase: 0 to 1, where between two heartbeats the blow falls.
    private func run(_ phase: Double) throws -> Sample {
        let owner = try ring.waitUntilSettled()
        _ = try ring.client.reaches(ring.address)
        let capture = try ring.lab.capture(on: ring.watcher, filter: "arp")
        let asking = try ring.watcher.askARP(for: [ring.address], .all, every: .milliseconds(5))
        let probe = try ring.client.probe(
            ring.address, every: Self.interval, patience: .milliseconds(20))
        LabClock.sleep(for: .milliseconds(150) + .milliseconds(50) * phase)
        let struck = try strike(owner)
        try waitForSuccessor(of: owner)
        let healed = blow == .parted ? try heal() : nil
        LabClock.sleep(for: blow == .killed ? .seconds(6) : .milliseconds(400))
        let report = try probe.finish()
        _ = try asking.finish()
        try capture.stop()
        try mend(owner)
        return sample(report, try ring.claims(in: capture), owner, struck, healed)
    }

    private func heal() throws -> MonotonicTime {
        LabClock.sleep(for: .milliseconds(400))
        return try ring.lab.heal().began
    }

    private func strike(_ owner: Int) throws -> MonotonicTime {
        switch blow {
        case .blocked:
            let before = LabClock.now
            try ring.lab.block(ring.nodes[owner])
            return before
        case .unplugged: return try ring.lab.cut(ring.nodes[owner]).began
        case .frozen: return try ring.process(owner).stop()
        case .killed: return try ring.process(owner).kill9()
        case .terminated: return try ring.process(owner).terminate()
        case .drained:
            let before = LabClock.now
            try ring.order("drain", owner)
            return before
        case .restarted:
            let before = LabClock.now
            for index in ring.nodes.indices {
                try ring.process(index).end(grace: .seconds(5))
                try ring.start(index)
                try ring.waitUntilSettled()
            }
            return before
        case .unheard:
            let before = LabClock.now
            try ring.lab.blockEverywhere(.udp(port: 7947))
            return before
        case .parted:
            let before = LabClock.now
            let others = ring.nodes.indices.filter { $0 != owner }.map { ring.nodes[$0] }
            try ring.lab.partition([ring.nodes[owner]], others + [ring.client, ring.watcher])
            return before
        }
    }

    private func waitForSuccessor(of owner: Int) throws {
        guard blow != .restarted, blow != .unheard, ring.tuning.attach != "none" else {
            return LabClock.sleep(for: .milliseconds(blow == .unheard ? 1_500 : 600))
        }
        try eventually("another node has the address", within: Self.patience, every: .milliseconds(20)) {
            try ring.nodes.indices.contains { try $0 != owner && ring.nodes[$0].hasAddress(ring.address) }
        }
    }

    private func mend(_ owner: Int) throws {
        switch blow {
        case .blocked, .unheard: try ring.lab.heal()
        case .unplugged: try ring.lab.restore(ring.nodes[owner])
        case .frozen: try ring.process(owner).resume()
        case .killed, .terminated:
            try ring.process(owner).end(grace: .seconds(5))
            try ring.start(owner)
        case .drained: try ring.order("undrain", owner)
        case .restarted, .parted: break
        }
        LabClock.sleep(for: .milliseconds(200))
    }

    private func sample(
        _ report: ProbeReport, _ claims: [Ring.Claim], _ owner: Int, _ struck: MonotonicTime,
        _ healed: MonotonicTime?
    ) -> Sample {
        var sample = Sample()
        let gaps = report.gaps
        if !gaps.contains(where: { $0.duration == nil }) {
            sample.outage = Double(gaps.compactMap(\.duration).max()?.wholeNanoseconds ?? 0) / 1e6
        }
        sample.lost = report.targets.reduce(0) { $0 + $1.lost }
        let old = ring.nodes[owner].mac.description
        guard let first = claims.first(where: { $0.time > struck && $0.station != old }) else { return sample }
        sample.succession = milliseconds(from: struck, to: first.time.nanoseconds)
        if let last = claims.last(where: { $0.time > first.time && $0.station == old }) {
            sample.overlap = milliseconds(from: first.time, to: last.time.nanoseconds)
        }
        if let healed { sample.reunion = reunion(claims, healed) }
        return sample
    }

    /// 0 where only one was ever heard after the heal.
    private func reunion(_ claims: [Ring.Claim], _ healed: MonotonicTime) -> Double? {
        let after = claims.filter { $0.time > healed }
        guard let winner = after.last?.station else { return nil }
        let last = after.last { $0.station != winner }
        return last.map { milliseconds(from: healed, to: $0.time.nanoseconds) } ?? 0
    }
}
