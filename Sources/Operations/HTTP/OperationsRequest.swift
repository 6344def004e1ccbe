/// A GET that came to the operations server.
public struct OperationsRequest: Hashable, Sendable {
    /// Without the query; percent signs are as they came.
    public var path: String
    /// What follows the question mark.
    public var query: String

    public init(path: String, query: String = "") {
        self.path = path
        self.query = query
    }

    init(target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        query = parts.count > 1 ? String(parts[1]) : ""
    }

    /// Whether the query has the word, with or without a value.
    public func asks(_ word: String) -> Bool {
        query.split(separator: "&").contains { $0 == word || $0.hasPrefix("\(word)=") }
    }
}
