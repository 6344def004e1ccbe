import NetworkTypes
import Testing

@Suite("The whole of herald on several nodes, simulated")
struct SimulationTests {
    @Test(
        "whatever happens, every rule holds, and each calm finds all as it should be",
        arguments: 0..<24 as Range<UInt64>)
    func life(seed: UInt64) {
        let world = World(Seeds.options(seed))
        world.live()
        #expect(world.judge.problems == [], "replay: make simulate ARGUMENTS='--seed \(seed)'")
    }

    @Test("a run is the same each time", arguments: [3, 4] as [UInt64])
    func repeatable(seed: UInt64) {
        let options = Seeds.options(seed)
        let digests = (0..<2).map { _ in
            let world = World(options)
            world.storm(for: options.storm)
            return world.digest
        }
        #expect(digests[0] == digests[1])
    }
}
