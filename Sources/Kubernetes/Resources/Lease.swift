/// A lease (coordination.k8s.io/v1), by which replicas agree on a leader.
public struct Lease: Resource {
    /// coordination.k8s.io/v1.
    public static let kind = ResourceKind(
        group: "coordination.k8s.io", version: "v1", name: "Lease", plural: "leases", isNamespaced: true
    )

    /// Name, labels and the like.
    public var metadata: ObjectMeta
    /// Who holds it.
    public var spec: LeaseRecord

    /// A lease as it is read.
    public init(metadata: ObjectMeta, spec: LeaseRecord) {
        self.metadata = metadata
        self.spec = spec
    }

    private enum Key: String, CodingKey {
        case metadata, spec
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decode(.spec, default: LeaseRecord())
    }
}

/// Who holds a lease, and since when.
public struct LeaseRecord: Decodable, Hashable, Sendable {
    /// Empty: nobody.
    public var holder = ""
    /// How long others wait after the last change they saw; 0 when not told.
    public var durationSeconds: Int32 = 0
    /// When the holder got it, by the holder's clock.
    public var acquireTime: Timestamp?
    /// When the holder last wrote it, by the holder's clock.
    public var renewTime: Timestamp?
    /// How often the holder changed.
    public var transitions: Int32 = 0

    /// Held by nobody.
    public init() {}

    private enum Key: String, CodingKey {
        case holder = "holderIdentity"
        case durationSeconds = "leaseDurationSeconds"
        case acquireTime, renewTime
        case transitions = "leaseTransitions"
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        holder = try container.decode(.holder, default: "")
        durationSeconds = try container.decode(.durationSeconds, default: 0)
        acquireTime = try container.decode(.acquireTime)
        renewTime = try container.decode(.renewTime)
        transitions = try container.decode(.transitions, default: 0)
    }

    /// As it is written.
    public var json: JSONValue {
        [
            "holderIdentity": .string(holder), "leaseDurationSeconds": .integer(Int64(durationSeconds)),
            "acquireTime": acquireTime.map { .string($0.microTime) } ?? .null,
            "renewTime": renewTime.map { .string($0.microTime) } ?? .null,
            "leaseTransitions": .integer(Int64(transitions)),
        ]
    }
}
