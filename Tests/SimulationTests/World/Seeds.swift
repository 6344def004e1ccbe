import NetworkTypes

/// How a seed runs.
enum Seeds {
    /// Everything about a run follows from its seed.
    static func options(_ seed: UInt64) -> World.Options {
        var generator = SeededGenerator(seed: seed ^ 0x5EED)
        var options = World.Options(seed: seed)
        options.machines = Int.random(in: 1...4, using: &generator)
        options.services = Int.random(in: 3...14, using: &generator)
        options.interval = .milliseconds([250, 500, 1_000][Int.random(in: 0..<3, using: &generator)])
        options.storm = .seconds(Int.random(in: 30...90, using: &generator))
        options.pace = .milliseconds(Int.random(in: 400...3_000, using: &generator))
        return options
    }
}
