import Lab
import NetworkTypes

/// What a herald with 1,000 addresses does while nothing happens: one for each way to attach, all at the same time.
struct IdleBenchmark {
    /// The heralds that were measured go on running.
    let running: [(attach: Attachment, stage: Stage, herald: Running)]
    private static let window = Duration.seconds(20)
    private static let monitored = Duration.seconds(10)

    static let services = 1_000

    init(stages: [Stage]) throws {
        running = try zip(Attachment.allCases, stages).map { attach, stage in
            let site = try stage.makeSite(attach, inMemory: true)
            try site.addInOneFile((0..<Self.services).map { "service-\($0)" })
            return (attach, stage, try stage.start(site))
        }
    }

    func figures() throws -> [Figure] {
        // Announcements are repeated for some seconds after the first.
        LabClock.sleep(for: .seconds(4))
        let processor = try processorShares()
        return processor + (try notices())
    }

    private func processorShares() throws -> [Figure] {
        let start = LabClock.now
        let before = try running.map { (try $0.herald.processorTime(), try $0.herald.threadTimes()) }
        LabClock.sleep(for: Self.window)
        let elapsed = Double(start.duration(to: LabClock.now).wholeNanoseconds) / 1e9
        return try zip(running, before).map { each, before in
            let used = try each.herald.processorTime() - before.0
            try noteThreads(of: each.herald, since: before.1)
            return Figure(
                "processor, 1,000 addresses, attach \(each.attach.rawValue)", "% of a core", goal: .median(0.4),
                [used / elapsed * 100])
        }
    }

    private func noteThreads(of herald: Running, since before: [String: Double]) throws {
        let used = try herald.threadTimes().map { ($0.key, ($0.value - (before[$0.key] ?? 0)) / 1e6) }
        for (thread, time) in used.sorted(by: { $0.1 > $1.1 }).prefix(3) where time >= 1 {
            Progress.note("  thread \(thread): \(time) ms in \(Self.window)")
        }
    }

    private func notices() throws -> [Figure] {
        let monitors = try running.map { try $0.stage.node.start(["ip", "-o", "monitor", "address"]) }
        LabClock.sleep(for: Self.monitored)
        return try zip(running, monitors).map { each, monitor in
            let lines = try monitor.end().text.split(separator: "\n").count
            let rate = Double(lines) / Double(Self.monitored.components.seconds)
            return Figure(
                "address notices of the kernel, 1,000 addresses, attach \(each.attach.rawValue)", "1/s",
                goal: .median(110), [rate])
        }
    }
}
