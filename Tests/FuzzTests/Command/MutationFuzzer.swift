#if !FUZZER
    import FoundationEssentials

    /// Gives a target its seeds, inputs that were kept, and mutants of both: for toolchains without libFuzzer. The input
    /// that is being tried stands in a file, so that one that ends the process is kept.
    struct MutationFuzzer {
        private let target: FuzzTarget
        private let inputs: [[UInt8]]
        private var mutator: Mutator

        init(_ target: FuzzTarget, seed: UInt64, kept: [[UInt8]]) {
            self.target = target
            inputs = target.seeds + kept
            mutator = Mutator(inputs, seed: seed)
        }

        /// Returns how many inputs were tried.
        mutating func run(for time: Duration, keepingIn path: String) throws -> Int {
            let end = ContinuousClock.now.advanced(by: time)
            var count = 0
            for input in inputs { target.run(input) }
            while ContinuousClock.now < end {
                let input = mutator.next()
                if !path.isEmpty { try Data(input).write(to: URL(fileURLWithPath: path)) }
                target.run(input)
                count += 1
            }
            if !path.isEmpty { try FileManager.default.removeItem(atPath: path) }
            return count
        }
    }
#endif
