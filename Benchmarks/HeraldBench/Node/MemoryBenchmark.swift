import Lab
import NetworkTypes

/// What herald needs when nothing happens, with few Services and with very many.
struct MemoryBenchmark {
    let stage: Stage

    func figures() throws -> [Figure] {
        let idle = try footprint(services: 2, runs: 3)
        let full = try footprint(services: 10_000, runs: 1)
        return idle.figures("idle, 2 addresses", resident: 32, anonymous: 5)
            + full.figures("with 10,000 addresses", resident: nil, anonymous: 40)
    }

    /// What the start took and needs no more is given back within seconds of calm.
    private static let settling = Duration.seconds(8)

    private func footprint(services count: Int, runs: Int) throws -> Footprint {
        var footprint = Footprint()
        for _ in 0..<runs {
            let site = try stage.makeSite(.interface, inMemory: true)
            try site.addInOneFile((0..<count).map { "service-\($0)" })
            let running = try stage.start(site)
            LabClock.sleep(for: Self.settling)
            try footprint.take(running)
            try running.end()
        }
        return footprint
    }
}
