/// The name of a node of the cluster, as Kubernetes and `--node-name` give it.
public struct NodeName: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// `metadata.name` of the Node, or what stands for it where there is no cluster; not checked here.
    public let text: String

    /// Takes any text as it is; a name from outside is checked where it is read.
    public init(_ text: String) {
        self.text = text
    }

    /// For names in code and tests; takes any text as it is.
    public init(stringLiteral value: String) {
        text = value
    }

    /// In the order of Unicode, never a locale's, so that every node comes to the same.
    public static func < (left: NodeName, right: NodeName) -> Bool { left.text < right.text }
    /// The name alone.
    public var description: String { text }
}
