import ClusterLab
import Lab
import NetworkTypes

/// Memory, descriptors and threads of each process, from calm to calm.
struct Health {
    private struct Point {
        let time: MonotonicTime
        let sample: ProcessSample
        let services: Int
    }

    private var points: [Int32: [Point]] = [:]
    private var names: [Int32: String] = [:]

    mutating func look(at heralds: [HeraldNode], services: Int) throws -> [Agreement.Disagreement] {
        try heralds.flatMap { herald -> [Agreement.Disagreement] in
            let pid = try herald.running.pid
            let sample = try ProcessSample(pid: pid)
            names[pid] = herald.name
            points[pid, default: []].append(Point(time: LabClock.now, sample: sample, services: services))
            guard let first = points[pid]?.first?.sample else { return [] }
            var found: [Agreement.Disagreement] = []
            func compare(_ what: String, _ before: Int, _ now: Int, allowed: Int) {
                guard now > before + allowed else { return }
                found.append(.init(subject: herald.name, text: "\(what) grew from \(before) to \(now)"))
            }
            // A connection to the API server or to a peer may be under way; threads come with the first work.
            compare("descriptors", first.descriptors, sample.descriptors, allowed: 6)
            compare("threads", first.threads, sample.threads, allowed: 4)
            return found
        }
    }

    /// A line for each process that lived long enough, and whether its memory grew for no reason.
    func summary() -> (lines: [String], isGrowing: Bool) {
        var lines: [String] = []
        var isGrowing = false
        for (pid, all) in points.sorted(by: { $0.key < $1.key }) where all.count >= 4 {
            // What the first Services and the first faults bring is left out.
            let settled = Array(all.dropFirst(all.count / 2))
            guard let first = settled.first, let last = settled.last else { continue }
            let minutes = Double(first.time.duration(to: last.time).wholeNanoseconds) / 6e10
            let slope = Self.slope(settled)
            let values = settled.map(\.sample.anonymous)
            let spread = "\((values.min() ?? 0) / 1024)-\((values.max() ?? 0) / 1024) MiB"
            let rounded = (slope * 10).rounded() / 10
            lines.append(
                "\(names[pid] ?? "") (pid \(pid)): RssAnon \(spread) over \((minutes * 10).rounded() / 10) min, slope "
                    + "\(rounded) KiB a minute; descriptors \(last.sample.descriptors), threads \(last.sample.threads)")
            // A quarter of what it uses, and 4 MiB, are no noise of the allocator's any more.
            let growth = slope * minutes
            if minutes > 5, growth > max(Double(first.sample.anonymous) / 4, 4096) { isGrowing = true }
        }
        return (lines, isGrowing)
    }

    /// KiB a minute, by least squares.
    private static func slope(_ points: [Point]) -> Double {
        guard let start = points.first?.time else { return 0 }
        let times = points.map { Double(start.duration(to: $0.time).wholeNanoseconds) / 6e10 }
        let values = points.map { Double($0.sample.anonymous) }
        let (time, value) = (times.reduce(0, +) / Double(times.count), values.reduce(0, +) / Double(values.count))
        let spread = times.map { ($0 - time) * ($0 - time) }.reduce(0, +)
        return spread > 0 ? zip(times, values).map { ($0 - time) * ($1 - value) }.reduce(0, +) / spread : 0
    }
}
