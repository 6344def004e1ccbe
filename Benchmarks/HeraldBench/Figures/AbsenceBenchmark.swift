import Lab
import NetworkTypes

/// The API server is out of reach for a while, under ping.
struct AbsenceBenchmark {
    let stage: FigureStage
    let seconds: Int
    private static let services = 20

    func figures() throws -> [Figure] {
        let running = try stage.start("arp")
        try stage.server.order("stopwatch", #"{"clear":true}"#)
        try stage.server.order("crowd/create", #"{"count":\#(Self.services),"prefix":"kept-"}"#)
        try stage.server.waitForAnnounced(Self.services, within: .seconds(30))
        LabClock.sleep(for: .seconds(3))
        let probe = try stage.client.probe(
            (1...Self.services).map(stage.address), every: .milliseconds(20), patience: .milliseconds(100))
        LabClock.sleep(for: .milliseconds(500))
        let wall = try stage.lab.block(from: stage.server.node, to: stage.node)
        LabClock.sleep(for: .seconds(Int64(seconds)))
        try stage.lab.heal(wall)
        LabClock.sleep(for: .seconds(8))
        let report = try probe.finish()
        try stage.end(running)
        let lost = report.targets.reduce(0) { $0 + $1.lost }
        return [
            Figure(
                "API server gone for \(seconds) s, \(Self.services) addresses: packets lost", "", goal: .worst(0.5),
                [Double(lost)])
        ]
    }
}
