/// What a list says about itself.
public struct ListMeta: Decodable, Hashable, Sendable {
    /// From where a watch goes on.
    public var resourceVersion: String
    /// Asks for the next page; empty on the last.
    public var continueToken: String

    private enum Key: String, CodingKey {
        case resourceVersion
        case continueToken = "continue"
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        resourceVersion = try container.decode(.resourceVersion, default: "")
        continueToken = try container.decode(.continueToken, default: "")
    }
}

/// One page of a list. An item that cannot be read is set apart and spoils no other.
public struct ListPage<Object: Resource>: Decodable, Sendable {
    /// Resource version and the token of the next page.
    public var metadata: ListMeta
    /// Those that could be read.
    public var items: [Object]
    /// Those that could not.
    public var unreadable: [Unreadable]

    init(metadata: ListMeta, items: [Object]) {
        (self.metadata, self.items, unreadable) = (metadata, items, [])
    }

    private enum Key: String, CodingKey {
        case metadata, items
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = try container.decode(ListMeta.self, forKey: .metadata)
        let all: [Lossy<Object>] = try container.decode(.items, default: [])
        items = []
        unreadable = []
        items.reserveCapacity(all.count)
        for item in all {
            switch item {
            case .object(let object): items.append(object)
            case .unreadable(let item): unreadable.append(item)
            }
        }
    }
}

/// An object that could not be read: which, and why.
public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
    /// What it should be.
    public let kind: ResourceKind
    /// Nil when not even its name could be read.
    public let key: ObjectKey?
    /// Empty when it could not be read.
    public let resourceVersion: String
    /// What is wrong with it, and where.
    public let reason: String

    /// One sentence.
    public var description: String {
        "\(kind.name) \(key?.description ?? "(no name)") cannot be read: \(reason)"
    }
}

/// An object, or what is known of one that cannot be read. Decoding never throws.
enum Lossy<Object: Resource>: Decodable, Equatable, Sendable {
    case object(Object)
    case unreadable(Unreadable)

    private struct Named: Decodable {
        let metadata: Metadata

        struct Metadata: Decodable {
            let name: String
            let namespace: String?
            let resourceVersion: String?
        }
    }

    init(from decoder: any Decoder) throws {
        do {
            self = .object(try Object(from: decoder))
        } catch {
            let metadata = (try? Named(from: decoder))?.metadata
            self = .unreadable(
                Unreadable(
                    kind: Object.kind,
                    key: metadata.map { ObjectKey(namespace: $0.namespace ?? "", name: $0.name) },
                    resourceVersion: metadata?.resourceVersion ?? "", reason: "\(JSON.Malformed(error))"))
        }
    }
}
