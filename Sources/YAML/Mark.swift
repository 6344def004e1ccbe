/// A place in a text: lines end at LF, CRLF or CR, and columns count Unicode scalars.
public struct Mark: Hashable, Sendable {
    /// The first line is 1.
    public let line: Int
    /// The first column is 1.
    public let column: Int

    /// The first character of a text.
    public static let start = Mark(line: 1, column: 1)

    /// Both numbers count from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

extension Mark: Comparable {
    /// In reading order.
    public static func < (left: Mark, right: Mark) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension Mark: CustomStringConvertible {
    /// As in `line 3, column 7`.
    public var description: String { "line \(line), column \(column)" }
}
