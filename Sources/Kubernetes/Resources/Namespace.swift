/// A namespace (core/v1), for its labels.
public struct Namespace: Resource {
    /// core/v1.
    public static let kind = ResourceKind(
        group: "", version: "v1", name: "Namespace", plural: "namespaces", isNamespaced: false)

    /// Name, labels and the like.
    public var metadata: ObjectMeta
}
