import Lab
import NetworkTypes

/// Many Services at once: how long until the last address is announced and the last status written, and the memory that
/// it leaves.
struct BurstBenchmark {
    enum Layout: String {
        case files = "a file each"
        case oneFile = "one file"
    }

    let stage: Stage
    let count: Int
    let layout: Layout
    private static let runs = 3

    func figures() throws -> [Figure] {
        var announced: [Double] = []
        var written: [Double] = []
        var footprint = Footprint()
        for _ in 0..<Self.runs {
            let site = try stage.makeSite(.interface)
            try site.add(["seed"])
            let running = try stage.start(site)
            let probe = try stage.client.askARP(for: stage.addresses(1..<count + 1), .nothing)
            LabClock.sleep(for: .milliseconds(200))
            let names = (0..<count).map { "burst-\($0)" }
            let time = layout == .files ? try site.add(names) : try site.addInOneFile(names)
            try running.waitForStatus(of: names, every: .milliseconds(20))
            let last = try names.map { try site.timeOfStatus($0) }.max() ?? time
            written.append(milliseconds(from: time, to: last.nanoseconds))
            LabClock.sleep(for: .milliseconds(300))
            let firsts = try probe.finish().targets.compactMap(\.firstAnnounced)
            if firsts.count == count, let last = firsts.max() { announced.append(milliseconds(from: time, to: last)) }
            try footprint.take(running)
            try running.end()
        }
        let goal = Figure.Goal.median(count > 500 ? 1_000 : 500)
        let what = "\(count) Services at once, \(layout.rawValue)"
        let times = [
            Figure("\(what): last address announced", "ms", goal: goal, announced),
            Figure("\(what): last status written", "ms", goal: goal, written),
        ]
        guard layout == .oneFile, count == 1_000 else { return times }
        return times + footprint.figures("with 1,000 addresses", resident: 40, anonymous: 12)
    }
}
