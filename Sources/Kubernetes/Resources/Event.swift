/// What an event is about.
public struct ObjectReference: Hashable, Sendable {
    /// Of the object.
    public let kind: ResourceKind
    /// Namespace and name of the object.
    public let key: ObjectKey
    /// Tells objects of the same name apart.
    public let uid: String

    /// A reference to one object.
    public init(kind: ResourceKind, key: ObjectKey, uid: String) {
        self.kind = kind
        self.key = key
        self.uid = uid
    }

    /// An object that was read.
    public init<Object: Resource>(_ object: Object) {
        self.init(kind: Object.kind, key: object.metadata.key, uid: object.metadata.uid)
    }

    var json: JSONValue {
        [
            "apiVersion": .string(kind.apiVersion), "kind": .string(kind.name), "name": .string(key.name),
            "namespace": .string(key.namespace), "uid": .string(uid),
        ]
    }
}

/// An event (events.k8s.io/v1): a note on an object for its owner. Only its name is read back.
public struct Event: Resource {
    /// events.k8s.io/v1.
    public static let kind = ResourceKind(
        group: "events.k8s.io", version: "v1", name: "Event", plural: "events", isNamespaced: true)

    /// Name, labels and the like.
    public var metadata: ObjectMeta
}
