import Lab
import NetworkTypes

/// From the start of the process to the first ARP answer for an address that an earlier process was given.
struct StartBenchmark {
    let stage: Stage
    let attach: Attachment
    private static let runs = 12

    func figures() throws -> [Figure] {
        let site = try stage.makeSite(attach)
        try site.add(["seed"])
        try stage.start(site).end()
        var answered: [Double] = []
        for _ in 0..<Self.runs {
            let probe = try stage.client.askARP(for: [stage.address(0)], .all)
            let running = try stage.start(site)
            let report = try probe.finish()
            if let first = report.targets.first?.firstAnswered {
                answered.append(milliseconds(from: try running.startTime(), to: first))
            }
            try running.end()
        }
        return [
            Figure("process start to ARP answer, attach \(attach.rawValue)", "ms", goal: .median(50), answered)
        ]
    }
}
