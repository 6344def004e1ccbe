import Lab
import NetworkTypes

/// 10,000 Services: a restart, the cost of an event, and what an idle minute brings.
struct ClusterScaleBenchmark {
    let stage: ClusterStage
    private static let services = 10_000
    private static let events = 2_000

    func figures() throws -> [Figure] {
        let first = try stage.start()
        try stage.server.order("stopwatch", #"{"clear":true}"#)
        try stage.server.order("crowd/create", #"{"count":\#(Self.services),"prefix":"many-"}"#)
        let times = try stage.server.waitForAnnounced(Self.services, within: .seconds(300))
        LabClock.sleep(for: .seconds(5))
        try first.end()
        let restart = try restart()
        LabClock.sleep(for: .seconds(15))
        let figures = try restart.figures + event(restart.running) + idle(restart.running)
        try restart.running.end()
        try stage.server.order("crowd/delete", #"{"prefix":"many-"}"#)
        let all = Double(times.lastAnnounced - times.lastCreated) / 1e9
        return [Figure("10,000 Services created at once: last status after the last creation", "s", [all])] + figures
    }

    /// Adopted is everything when one more Service has its address.
    private func restart() throws -> (running: Running, figures: [Figure]) {
        try stage.server.order("stopwatch", #"{"clear":true}"#)
        try stage.server.order("crowd/create", #"{"prefix":"one-more-"}"#)
        _ = try stage.server.takeRequests()
        let running = try stage.start()
        let times = try stage.server.waitForAnnounced(1)
        let start = try running.startTime()
        let requests = try stage.server.takeRequests()
        for (name, count) in requests.sorted(by: { $0.key < $1.key }) { Progress.note("  \(name): \(count)") }
        LabClock.sleep(for: .seconds(5))
        let writes = requests.filter { $0.key.hasPrefix("patch services") }.values.reduce(0, +)
        return (
            running,
            [
                Figure(
                    "restart with 10,000 Services: everything adopted", "s",
                    [Double(times.lastRecorded - start.nanoseconds) / 1e9]),
                Figure("restart with 10,000 Services: writes", "", goal: .median(4), [Double(writes)]),
                Figure(
                    "memory with 10,000 Services of a cluster, anonymous", "MB", goal: .median(40),
                    [try running.memory("RssAnon")]),
                Figure("memory with 10,000 Services of a cluster, resident", "MB", [try running.memory("VmRSS")]),
            ]
        )
    }

    private func event(_ running: Running) throws -> [Figure] {
        let before = try running.processorTime()
        let batches = 20
        for batch in 0..<batches {
            try stage.server.order(
                "crowd/touch", #"{"count":\#(Self.events / batches),"prefix":"many-","round":\#(batch)}"#)
            LabClock.sleep(for: .milliseconds(200))
        }
        LabClock.sleep(for: .seconds(1))
        let used = try running.processorTime() - before
        // What herald does anyway in the time.
        let quiet = try running.processorTime()
        LabClock.sleep(for: .seconds(5))
        let idle = (try running.processorTime() - quiet) / 5
        return [
            Figure(
                "watch event at 10,000 Services, processor time", "µs",
                [max(0, used - idle * 5) / Double(Self.events) * 1e6]),
            Figure("processor, 10,000 Services of a cluster", "% of a core", [idle * 100]),
        ]
    }

    private func idle(_ running: Running) throws -> [Figure] {
        _ = try stage.server.takeRequests()
        LabClock.sleep(for: .seconds(60))
        let requests = try stage.server.takeRequests()
        for (name, count) in requests.sorted(by: { $0.key < $1.key }) { Progress.note("  \(name): \(count)") }
        let leases = requests.filter { $0.key.hasSuffix(" leases") }.values.reduce(0, +)
        let all = requests.values.reduce(0, +)
        return [
            Figure("requests in an idle minute, renewals of the lease", "1/min", [Double(leases)]),
            Figure("requests in an idle minute, others", "1/min", goal: .median(2), [Double(all - leases)]),
        ]
    }
}
