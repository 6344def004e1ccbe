import Lab
import NetworkTypes

/// From a Service that is created to its status, one after the other.
struct ClusterReactionBenchmark {
    let stage: ClusterStage
    private static let services = 200

    func figures() throws -> [Figure] {
        let running = try stage.start()
        try stage.server.order("stopwatch", #"{"clear":true}"#)
        try stage.server.order("crowd/create", #"{"prefix":"seed-"}"#)
        try stage.server.waitForAnnounced(1)
        LabClock.sleep(for: .seconds(1))
        try stage.server.order("stopwatch", #"{"clear":true}"#)
        _ = try stage.server.takeRequests()
        var generator = SeededGenerator(seed: 1)
        for number in 0..<Self.services {
            try stage.server.order("crowd/create", #"{"prefix":"one-\#(number)-"}"#)
            LabClock.sleep(for: .microseconds(Int64.random(in: 20_000..<60_000, using: &generator)))
        }
        let times = try stage.server.waitForAnnounced(Self.services)
        LabClock.sleep(for: .seconds(6))
        let requests = try stage.server.takeRequests()
        try running.end()
        try stage.server.order("crowd/delete", #"{"prefix":"one-"}"#)
        try stage.server.order("crowd/delete", #"{"prefix":"seed-"}"#)
        return [
            Figure(
                "Service created to status written", "ms", goal: .median(30), times.samples.map { Double($0) / 1e6 })
        ] + ClusterRequests.figures(requests, of: Self.services, "one at a time")
    }
}

/// Requests of herald per Service.
enum ClusterRequests {
    static func figures(_ requests: [String: Int], of services: Int, _ what: String) -> [Figure] {
        let writes = requests.filter {
            ["patch", "create", "update"].contains($0.key.split(separator: " ").first ?? "")
        }
        .filter { !$0.key.hasSuffix(" leases") && !$0.key.hasSuffix(" secrets") }
        let events = writes.filter { $0.key.hasSuffix(" events") }.values.reduce(0, +)
        let all = writes.values.reduce(0, +)
        for (name, count) in requests.sorted(by: { $0.key < $1.key }) { Progress.note("  \(name): \(count)") }
        let share = Double(services)
        return [
            Figure(
                "writes to a Service and its status, \(what)", "per Service", goal: .median(2.01),
                [Double(all - events) / share]),
            Figure("writes of Events, \(what)", "per Service", [Double(events) / share]),
        ]
    }
}
