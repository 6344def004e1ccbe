/// A table of the status that a part adds of its own, such as the members or the BGP peers.
public struct StatusSection: Codable, Hashable, Sendable {
    /// For scripts: `members`.
    public var name: String
    /// For people: `Members`.
    public var title: String
    /// The heads of the columns, from left to right; one may be empty.
    public var columns: [String]
    /// As many cells in each as there are columns.
    public var rows: [[String]]

    /// Checks nothing: every row is to have as many cells as there are columns.
    public init(name: String, title: String, columns: [String], rows: [[String]]) {
        self.name = name
        self.title = title
        self.columns = columns
        self.rows = rows
    }
}
