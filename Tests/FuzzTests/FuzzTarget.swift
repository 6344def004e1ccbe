/// One decoder that takes octets from outside, ready to be given anything.
///
/// It returns for every input: a trap, or an invariant that does not hold, is what a fuzzer looks for.
struct FuzzTarget: Sendable {
    /// What the command line calls it.
    let name: String
    /// Well-formed inputs to begin from.
    let seeds: [[UInt8]]
    /// Decodes, and checks what must hold of the result.
    let run: @Sendable ([UInt8]) -> Void

    init(_ name: String, seeds: [[UInt8]], run: @escaping @Sendable ([UInt8]) -> Void) {
        self.name = name
        self.seeds = seeds
        self.run = run
    }

    /// All of them.
    static let all: [FuzzTarget] = routing + boundaries
}

/// An invariant. One that is broken ends the process and tells its place, so that the input is kept and the target known.
func hold(_ condition: Bool, _ what: StaticString, file: StaticString = #fileID, line: UInt = #line) {
    precondition(condition, "\(what)", file: file, line: line)
}
