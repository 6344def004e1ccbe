public import YAML

/// One thing that is wrong, or unwise, in a configuration file.
public struct Problem: Hashable, Sendable, Encodable {
    /// Whether the file can be used nevertheless.
    public enum Severity: String, Hashable, Sendable, Encodable {
        case error
        case warning
    }

    /// The first line is 1.
    public let line: Int
    /// The first column is 1; columns count Unicode scalars.
    public let column: Int
    /// An error makes the file unusable.
    public let severity: Severity
    /// The problem, in one sentence without a full stop.
    public let what: String
    /// What to do about it.
    public let cure: String

    /// Both texts are parts of one line: they begin in lower case and end without a full stop.
    public init(_ severity: Severity, at mark: Mark, _ what: String, cure: String) {
        line = mark.line
        column = mark.column
        self.severity = severity
        self.what = what
        self.cure = cure
    }

    init(_ error: YAMLError) {
        self.init(.error, at: error.mark, error.what, cure: error.cure)
    }
}

extension Problem: Comparable {
    /// In reading order; at one place, errors first.
    public static func < (left: Problem, right: Problem) -> Bool {
        left.sortingKey < right.sortingKey
    }

    private var sortingKey: (Int, Int, String, String) { (line, column, severity.rawValue, what) }
}

extension Problem: CustomStringConvertible {
    /// As in `3:7: error: unknown key 'adresses'; write 'addresses'`.
    public var description: String { "\(line):\(column): \(severity.rawValue): \(what); \(cure)" }
}
