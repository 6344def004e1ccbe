import Glibc
import NetworkTypes
import Testing

@testable import Membership

@Suite("Nodes on a bad network")
struct SimulationTests {
    /// 1,000 stories; `HERALD_SEEDS=5000..<9000` in the environment tells those, and `HERALD_SEEDS=5017` one.
    private static let seeds: Range<UInt64> = {
        let ends = unsafe getenv("HERALD_SEEDS").map { unsafe String(cString: $0) }?.split(separator: "..<") ?? []
        let numbers = ends.compactMap { UInt64($0) }
        guard let first = numbers.first, first < .max else { return 0..<1_000 }
        return first..<max(numbers.count > 1 ? numbers[1] : first + 1, first)
    }()

    @Test("one owner within T, no move without cause, agreement in the end", arguments: seeds)
    func randomStory(seed: UInt64) {
        guard let violation = Simulation.play(seed: seed).invariants.violations.first else { return }
        // The same seed tells the same story again, now with its words.
        let replay = Simulation.play(seed: seed, traced: true)
        #expect(replay.invariants.violations.first?.description == violation.description)
        let story = replay.trace?.lines(until: violation.time).suffix(80).joined(separator: "\n") ?? ""
        Issue.record("seed \(seed), \(violation)\n\(story)")
    }
}
