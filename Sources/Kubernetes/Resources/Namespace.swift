/// A namespace (core/v1), for its labels.
public struct Namespace: Resource {
    public static let kind = ResourceKind(
        group: "", version: "v1", name: "Namespace", plural: "namespaces", isNamespaced: false)

    public var metadata: ObjectMeta
}
