import NetworkTypes
import Testing

@testable import Membership

@Suite("Nodes on a bad network")
struct SimulationTests {
    @Test("one owner within T, no move without cause, agreement in the end", arguments: 0..<1_000 as Range<UInt64>)
    func randomStory(seed: UInt64) {
        guard let violation = Simulation.play(seed: seed).invariants.violations.first else { return }
        // The same seed tells the same story again, now with its words.
        let replay = Simulation.play(seed: seed, traced: true)
        #expect(replay.invariants.violations.first?.description == violation.description)
        let story = replay.trace?.lines(until: violation.time).suffix(80).joined(separator: "\n") ?? ""
        Issue.record("seed \(seed), \(violation)\n\(story)")
    }
}
