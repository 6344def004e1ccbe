/// Names one Service of the cluster.
public struct ServiceKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Its namespace.
    public let namespace: String
    /// Its name within the namespace.
    public let name: String

    /// Any text is taken as it is.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// By namespace, then by name.
    public static func < (left: ServiceKey, right: ServiceKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }

    /// `namespace/name`.
    public var description: String { "\(namespace)/\(name)" }
}
