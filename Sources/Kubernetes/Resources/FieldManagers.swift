/// Who wrote to a Service: what is left out of `Service` for its size.
///
/// Source: the API's reference, ManagedFieldsEntry v1 meta.
public struct FieldManagers: Resource {
    /// That of a Service.
    public static let kind = Service.kind

    /// One writer, through one door.
    public struct Entry: Decodable, Equatable, Sendable {
        /// The name that it writes under.
        public var manager: String
        /// `status`, or empty for the object itself.
        public var subresource: String
        /// When it last changed a field that it owns.
        public var time: Timestamp?

        private enum Key: String, CodingKey {
            case manager, subresource, time
        }

        /// Absent members are empty.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            manager = try container.decode(.manager, default: "")
            subresource = try container.decode(.subresource, default: "")
            time = try container.decode(.time)
        }
    }

    /// Name, labels and the like.
    public var metadata: ObjectMeta
    /// In no order; a manager may have several.
    public var entries: [Entry]

    private enum Key: String, CodingKey {
        case metadata, managedFields
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        entries = try container.nestedContainer(keyedBy: Key.self, forKey: .metadata)
            .decode(.managedFields, default: [])
    }

    /// Who else wrote last, those of the status first.
    public func latest(but own: String) -> String? {
        let others = entries.filter { $0.manager != own && !$0.manager.isEmpty }
        let ofStatus = others.filter { $0.subresource == "status" }
        return (ofStatus.isEmpty ? others : ofStatus).max { left, right in
            guard let right = right.time else { return false }
            return left.time.map { $0 < right } ?? true
        }?.manager
    }
}
