import Lab
import NetworkTypes

/// A node that has many addresses is cut off: how long until the last of them is announced by another.
struct CrowdBenchmark {
    let ring: Ring
    let title: String

    func figures(_ runs: Int) throws -> [Figure] {
        let samples = try (0..<runs).map { _ in try run() }
        return [
            Figure("\(title): first announced elsewhere", "ms", samples.map(\.first)),
            Figure("\(title): last announced elsewhere", "ms", goal: .worst(300), samples.map(\.last)),
            Figure("\(title): addresses not announced", "", goal: .worst(0.5), samples.map { Double($0.missing) }),
        ]
    }

    private func run() throws -> (first: Double, last: Double, missing: Int) {
        let owner = try ring.waitUntilSettled()
        let old = ring.nodes[owner].mac.description
        let capture = try ring.lab.capture(on: ring.watcher, filter: "arp")
        LabClock.sleep(for: .milliseconds(100))
        let struck = LabClock.now
        try ring.lab.block(ring.nodes[owner])
        LabClock.sleep(for: .milliseconds(1500))
        try capture.stop()
        try ring.lab.heal()
        var firsts: [String: MonotonicTime] = [:]
        for claim in try ring.claims(in: capture)
        where claim.time > struck && claim.station != old && firsts[claim.address] == nil {
            firsts[claim.address] = claim.time
        }
        let times = firsts.values.sorted().map { milliseconds(from: struck, to: $0.nanoseconds) }
        LabClock.sleep(for: .milliseconds(500))
        return (times.first ?? .infinity, times.last ?? .infinity, ring.addresses.count - times.count)
    }
}
