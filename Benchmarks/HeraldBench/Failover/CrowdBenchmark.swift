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
        try ring.waitUntilSettled()
        // The owner has announced often enough by then; what it refreshes just when it is cut off is not counted.
        LabClock.sleep(for: .seconds(6))
        let owner = try owner()
        // Nearly always all.
        let held = Set(try owner.addresses().map(\.address.description))
        let listener = try ring.watcher.askARP(for: ring.addresses, .nothing)
        let struck = LabClock.now
        try ring.lab.block(owner)
        LabClock.sleep(for: .milliseconds(1500))
        let targets = try listener.finish().targets.filter { held.contains($0.address) }
        try ring.lab.heal()
        let times = targets.compactMap(\.firstAnnounced).filter { $0 > struck.nanoseconds }.sorted()
            .map { milliseconds(from: struck, to: $0) }
        LabClock.sleep(for: .milliseconds(500))
        let missing = targets.count { $0.firstAnnounced == nil }
        return (times.first ?? .infinity, times.last ?? .infinity, missing)
    }

    private func owner() throws -> Node {
        guard let index = try ring.owner(of: ring.address) else {
            throw Site.Failure(description: "no single owner of \(ring.address)")
        }
        return ring.nodes[index]
    }
}
