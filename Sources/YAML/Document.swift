/// One document of a text.
public struct Document: Hashable, Sendable {
    /// Null for an empty document.
    public let root: Node
    /// Errors that left a readable tree: keys written twice, unknown tags, refused aliases. In reading order.
    public let errors: [YAMLError]

    /// A document that was read, or made for a test.
    public init(root: Node, errors: [YAMLError] = []) {
        self.root = root
        self.errors = errors
    }
}
