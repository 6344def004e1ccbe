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
            let site = try stage.makeSite(attach)
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
        let before = try running.map { try $0.herald.processorTimes() }
        let start = LabClock.now
        LabClock.sleep(for: Self.window)
        return try zip(running, before).map { each, before in
            let after = try each.herald.processorTimes()
            let elapsed = Double(start.duration(to: LabClock.now).wholeNanoseconds)
            func total(_ times: [(thread: String, nanoseconds: Double)]) -> Double {
                times.reduce(0) { $0 + $1.nanoseconds }
            }
            let former = Dictionary(before) { first, _ in first }
            let busiest = after.map { ($0.thread, $0.nanoseconds - (former[$0.thread] ?? 0)) }.max { $0.1 < $1.1 }
            if let busiest { Progress.note("  \(each.attach): busiest thread \(busiest.0), \(busiest.1 / 1e6) ms") }
            let share = (total(after) - total(before)) / elapsed * 100
            return Figure(
                "processor, 1,000 addresses, attach \(each.attach.rawValue)", "% of a core", goal: .median(0.4), [share]
            )
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
