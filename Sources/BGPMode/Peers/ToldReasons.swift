/// What was logged of one peer since its last session: each reason once, and no more than so many.
struct ToldReasons {
    /// A peer chooses the text of some.
    static let limit = 16

    private var lines: Set<String> = []

    /// Whether the line is to be logged, which it is then taken to be.
    mutating func tell(_ line: String) -> Bool {
        guard lines.count < Self.limit else { return false }
        return lines.insert(line).inserted
    }
}
