public import FoundationEssentials

/// A secret (core/v1). It is never logged.
public struct Secret: Resource {
    /// core/v1.
    public static let kind = ResourceKind(
        group: "", version: "v1", name: "Secret", plural: "secrets", isNamespaced: true)

    /// Name, labels and the like.
    public var metadata: ObjectMeta
    /// The octets under each key.
    public var data: [String: Data]

    private enum Key: String, CodingKey {
        case metadata, data
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        data = try container.decode(.data, default: [:])
    }
}
