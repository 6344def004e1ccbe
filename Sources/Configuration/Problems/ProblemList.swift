/// Everything that was found in one file, in reading order.
public struct ProblemList: Error, Hashable, Sendable, Encodable {
    /// The name of the file, as it was given.
    public let file: String
    /// In reading order.
    public let problems: [Problem]
    /// How many more there are that were not kept.
    public let omitted: Int

    /// Puts the problems in reading order.
    public init(file: String, problems: [Problem], omitted: Int = 0) {
        self.file = file
        self.problems = problems.sorted()
        self.omitted = omitted
    }
}

extension ProblemList: CustomStringConvertible {
    /// One for each problem, `file:line:column: error: what; cure`, and one for those that were not kept.
    public var lines: [String] {
        problems.map { "\(file):\($0)" } + (omitted > 0 ? ["\(file): \(omitted) more problems"] : [])
    }

    /// The lines, without a line end after the last.
    public var description: String { lines.joined(separator: "\n") }
}
