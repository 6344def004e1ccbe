/// What is wrong in a text, where, and what to do about it.
public struct YAMLError: Error, Hashable, Sendable {
    /// Where the reader of the file should look.
    public let mark: Mark
    /// The problem, without its place.
    public let what: String
    /// What to write instead.
    public let cure: String

    /// Both texts are parts of one line: they begin in lower case and end without a full stop.
    public init(_ mark: Mark, _ what: String, cure: String) {
        self.mark = mark
        self.what = what
        self.cure = cure
    }
}

extension YAMLError: CustomStringConvertible {
    /// As in `line 3, column 7: the quoted text is never closed; add the missing quote`.
    public var description: String { "\(mark): \(what); \(cure)" }
}
