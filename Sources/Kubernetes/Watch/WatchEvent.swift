/// One line of a watch.
enum WatchEvent<Object: Resource>: Decodable, Equatable, Sendable {
    /// Added or modified.
    case changed(Lossy<Object>)
    case deleted(Lossy<Object>)
    /// Everything up to this resource version has been sent; with `endsInitialEvents`, also what there was before.
    case bookmark(resourceVersion: String, endsInitialEvents: Bool)
    case error(Status)
    /// A type that we do not know.
    case unknown(String)

    private static var initialEventsEnd: String { "k8s.io/initial-events-end" }

    private enum Key: String, CodingKey {
        case type, object
    }

    private struct Bookmark: Decodable {
        let metadata: ObjectMeta
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(String.self, forKey: .type) {
        case "ADDED", "MODIFIED":
            self = .changed(try container.decode(Lossy<Object>.self, forKey: .object))
        case "DELETED": self = .deleted(try container.decode(Lossy<Object>.self, forKey: .object))
        case "BOOKMARK":
            let metadata = try container.decode(Bookmark.self, forKey: .object).metadata
            self = .bookmark(
                resourceVersion: metadata.resourceVersion,
                endsInitialEvents: metadata.annotations[Self.initialEventsEnd] == "true")
        case "ERROR": self = .error(try container.decode(Status.self, forKey: .object))
        case let type: self = .unknown(type)
        }
    }
}
