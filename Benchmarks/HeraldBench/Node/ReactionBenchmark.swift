import Lab
import NetworkTypes

/// From a manifest that is renamed into place to what the network and a reader of the status see of it.
struct ReactionBenchmark {
    let stage: Stage
    let attach: Attachment
    private static let services = 24

    func figures() throws -> [Figure] {
        let site = try stage.makeSite(attach)
        try site.add(["seed"])
        let running = try stage.start(site)
        let probe = try stage.client.askARP(for: stage.addresses(1..<Self.services + 1), .next)
        var generator = SeededGenerator(seed: 1)
        var written: [MonotonicTime] = []
        var statuses: [Double] = []
        for number in 0..<Self.services {
            LabClock.sleep(for: .microseconds(Int64.random(in: 100_000..<180_000, using: &generator)))
            let name = "fresh-\(number)"
            let time = try site.add([name])
            try running.waitForStatus(of: [name], every: .microseconds(300))
            statuses.append(milliseconds(from: time, to: LabClock.now.nanoseconds))
            written.append(time)
        }
        let targets = try probe.finish().targets
        try running.end()
        let announced = zip(written, targets).compactMap { time, target in
            target.firstAnnounced.map { milliseconds(from: time, to: $0) }
        }
        let answered = zip(written, targets).compactMap { time, target in
            target.firstAnswered.map { milliseconds(from: time, to: $0) }
        }
        return [
            Figure("manifest to first gratuitous ARP, attach \(attach.rawValue)", "ms", goal: .median(30), announced),
            Figure("manifest to first ARP answer, attach \(attach.rawValue)", "ms", goal: .median(30), answered),
            Figure("manifest to status, attach \(attach.rawValue)", "ms", goal: .median(30), statuses),
        ]
    }
}

/// Milliseconds between two times on the lab's clock.
func milliseconds(from start: MonotonicTime, to nanoseconds: Int64) -> Double {
    Double(nanoseconds - start.nanoseconds) / 1e6
}
