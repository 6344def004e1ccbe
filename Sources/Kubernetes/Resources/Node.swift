/// A node of the cluster (core/v1).
public struct Node: Resource {
    /// core/v1.
    public static let kind = ResourceKind(
        group: "", version: "v1", name: "Node", plural: "nodes", isNamespaced: false)

    /// A taint: what keeps pods away.
    public struct Taint: Decodable, Hashable, Sendable {
        /// As in `node.kubernetes.io/unreachable`.
        public var key: String
        /// Often empty.
        public var value: String
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
        public var effect: String

        private enum Key: String, CodingKey {
            case key, value, effect
        }

        /// Absent members are empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            key = try container.decode(.key, default: "")
            value = try container.decode(.value, default: "")
            effect = try container.decode(.effect, default: "")
        }
    }

    /// An address or name under which the node is reached.
    public struct Address: Decodable, Hashable, Sendable {
        /// `InternalIP`, `ExternalIP`, `Hostname`, ...
        public var type: String
        /// An address or a name, after its type.
        public var address: String
    }

    /// Name, labels and the like.
    public var metadata: ObjectMeta
    /// Of the spec.
    public var taints: [Taint]
    /// Cordoned.
    public var isUnschedulable: Bool
    /// An address or a name, after its type.
    public var addresses: [Address]
    /// Of the status.
    public var conditions: [Condition]

    private enum Key: String, CodingKey {
        case metadata, spec, status
    }

    private enum SpecKey: String, CodingKey {
        case taints, unschedulable
    }

    private enum StatusKey: String, CodingKey {
        case addresses, conditions
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        (taints, isUnschedulable, addresses, conditions) = ([], false, [], [])
        if let spec = try? container.nestedContainer(keyedBy: SpecKey.self, forKey: .spec) {
            taints = try spec.decode(.taints, default: [])
            isUnschedulable = try spec.decode(.unschedulable, default: false)
        }
        if let status = try? container.nestedContainer(keyedBy: StatusKey.self, forKey: .status) {
            addresses = try status.decode(.addresses, default: [])
            conditions = try status.decode(.conditions, default: [])
        }
    }
}
