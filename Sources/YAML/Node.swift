/// One value of a document, with its place.
public struct Node: Hashable, Sendable {
    /// What a node is.
    public enum Kind: Hashable, Sendable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping(Mapping)
        /// Something was written here that cannot be read; an error of the document says why.
        case broken
    }

    /// What is written here.
    public let kind: Kind
    /// Where the node begins: its tag if it has one, else its first character; a block mapping begins at its first key.
    public let mark: Mark

    /// A node of a tree that is made by hand or by the parser.
    public init(_ kind: Kind, at mark: Mark) {
        self.kind = kind
        self.mark = mark
    }

    /// The text, unless this is something else.
    public var scalar: Scalar? { if case .scalar(let scalar) = kind { scalar } else { nil } }
    /// The items, unless this is something else.
    public var sequence: [Node]? { if case .sequence(let items) = kind { items } else { nil } }
    /// The keys with their values, unless this is something else.
    public var mapping: Mapping? { if case .mapping(let mapping) = kind { mapping } else { nil } }

    /// Whether the node is a null: nothing, `~` or `null`, without quotes.
    public var isNull: Bool { scalar?.value == .null }

    /// The value of a key; nil when this is no mapping or has no such key.
    public subscript(key: String) -> Node? { mapping?[key] }
}
