/// What all objects have in common.
public struct ObjectMeta: Decodable, Equatable, Sendable {
    /// Unique in its namespace.
    public var name: String
    /// Empty for objects that are in none.
    public var namespace: String
    /// Tells objects of the same name apart.
    public var uid: String
    /// Opaque; equal means unchanged.
    public var resourceVersion: String
    /// Rises with each change of the spec; 0 for kinds that do not count.
    public var generation: Int64
    /// Set by the server.
    public var creationTimestamp: Timestamp?
    /// When it was asked to go; it stays until its finalizers are gone.
    public var deletionTimestamp: Timestamp?
    /// For selectors.
    public var labels: [String: String]
    /// For everything else.
    public var annotations: [String: String]
    /// Who must act before it can go.
    public var finalizers: [String]

    /// An object without labels, annotations and finalizers.
    public init(name: String, namespace: String = "", uid: String = "", resourceVersion: String = "") {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
        generation = 0
        labels = [:]
        annotations = [:]
        finalizers = []
    }

    /// Namespace and name.
    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    private enum Key: String, CodingKey {
        case name, namespace, uid, resourceVersion, generation, creationTimestamp, deletionTimestamp
        case labels, annotations, finalizers
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(.name, default: "")
        namespace = try container.decode(.namespace, default: "")
        uid = try container.decode(.uid, default: "")
        resourceVersion = try container.decode(.resourceVersion, default: "")
        generation = try container.decode(.generation, default: 0)
        creationTimestamp = try container.decode(.creationTimestamp)
        deletionTimestamp = try container.decode(.deletionTimestamp)
        labels = try container.decode(.labels, default: [:])
        annotations = try container.decode(.annotations, default: [:])
        finalizers = try container.decode(.finalizers, default: [])
    }
}
