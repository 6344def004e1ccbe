/// The name of a node of the cluster, as Kubernetes and `--node-name` give it.
public struct NodeName: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public init(stringLiteral value: String) {
        text = value
    }

    public static func < (left: NodeName, right: NodeName) -> Bool { left.text < right.text }
    public var description: String { text }
}
