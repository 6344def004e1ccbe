/// Ranges from which the cluster gives cluster IPs (networking.k8s.io/v1, since Kubernetes 1.33).
public struct ServiceCIDR: Resource {
    /// networking.k8s.io/v1.
    public static let kind = ResourceKind(
        group: "networking.k8s.io", version: "v1", name: "ServiceCIDR", plural: "servicecidrs", isNamespaced: false)

    /// Name, labels and the like.
    public var metadata: ObjectMeta
    /// In CIDR notation, one of each family at most.
    public var blocks: [String]

    private enum Key: String, CodingKey {
        case metadata, spec
    }

    private enum SpecKey: String, CodingKey {
        case cidrs
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        let spec = try? container.nestedContainer(keyedBy: SpecKey.self, forKey: .spec)
        blocks = try spec?.decode(.cidrs, default: []) ?? []
    }
}
