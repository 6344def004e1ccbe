/// A node of the cluster (core/v1).
public struct Node: Resource {
    public static let kind = ResourceKind(
        group: "", version: "v1", name: "Node", plural: "nodes", isNamespaced: false)

    /// A taint: what keeps pods away.
    public struct Taint: Decodable, Hashable, Sendable {
        public var key: String
        public var value: String
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
        public var effect: String

        private enum Key: String, CodingKey {
            case key, value, effect
        }

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
        public var address: String
    }

    public var metadata: ObjectMeta
    public var taints: [Taint]
    public var isUnschedulable: Bool
    public var addresses: [Address]
    public var conditions: [Condition]

    /// Whether the condition `Ready` is `True`.
    public var isReady: Bool { conditions.contains { $0.type == "Ready" && $0.status == "True" } }

    private enum Key: String, CodingKey {
        case metadata, spec, status
    }

    private enum SpecKey: String, CodingKey {
        case taints, unschedulable
    }

    private enum StatusKey: String, CodingKey {
        case addresses, conditions
    }

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
