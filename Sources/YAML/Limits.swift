/// How much of an untrusted text is read before it is refused.
public struct Limits: Hashable, Sendable {
    /// What becomes of anchors (`&name`) and aliases (`*name`).
    public enum Aliases: Hashable, Sendable {
        /// Both are errors.
        case refuse
        /// An alias stands for a copy of its anchor's node; `limit` bounds the nodes copied in the whole text.
        case expand(limit: Int)
    }

    /// Octets of the text.
    public var octets: Int
    /// Collections inside one another. At most `deepest`, so that a recursive walk over a tree is safe.
    public var depth: Int { didSet { depth = min(depth, Self.deepest) } }
    /// Scalars and collections, keys included, of all documents, without those that aliases copy.
    public var nodes: Int
    /// Documents of the text.
    public var documents: Int
    /// Applies to anchors too.
    public var aliases: Aliases

    /// The bound of `depth`.
    public static let deepest = 500

    /// The defaults suit a file that a person writes.
    public init(
        octets: Int = 4 << 20, depth: Int = 100, nodes: Int = 250_000, documents: Int = 20_000,
        aliases: Aliases = .refuse
    ) {
        self.octets = octets
        self.depth = min(depth, Self.deepest)
        self.nodes = nodes
        self.documents = documents
        self.aliases = aliases
    }
}
