/// A kind of object of the Kubernetes API, of which only the fields used are kept.
public protocol Resource: Decodable, Equatable, Sendable {
    static var kind: ResourceKind { get }
    var metadata: ObjectMeta { get }
}

/// Where a kind of object lives in the API.
public struct ResourceKind: Hashable, Sendable {
    /// As in `discovery.k8s.io`; empty for the core group.
    public let group: String
    /// As in `v1`.
    public let version: String
    /// As in `EndpointSlice`.
    public let name: String
    /// As in `endpointslices`.
    public let plural: String
    /// False for kinds that are in no namespace.
    public let isNamespaced: Bool

    /// A kind of object.
    public init(group: String, version: String, name: String, plural: String, isNamespaced: Bool) {
        self.group = group
        self.version = version
        self.name = name
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// As in `discovery.k8s.io/v1`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The path of the collection in a namespace or, with nil, in all of them; of one object; of its subresource.
    func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
        var parts = group.isEmpty ? ["api", version] : ["apis", group, version]
        if isNamespaced, let namespace { parts += ["namespaces", namespace] }
        parts.append(plural)
        parts += [name, subresource].compactMap { $0 }
        return parts.map { "/" + PercentEncoding.encode($0) }.joined()
    }
}

/// Names one object among those of its kind.
public struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Empty for objects that are in none.
    public let namespace: String
    /// Within the namespace.
    public let name: String

    /// The key of an object.
    public init(namespace: String = "", name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// By namespace, then by name.
    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }

    /// `namespace/name`, or `name`.
    public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

/// Percent-encoding of one part of a path or query (RFC 3986 section 2.1).
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// All but unreserved characters is encoded; `.` and `..` too, which servers resolve in paths.
    static func encode(_ text: String) -> String {
        let octets = text.utf8.flatMap { octet in
            isUnreserved(octet)
                ? [octet] : [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
        }
        let encoded = String(decoding: octets, as: UTF8.self)
        return encoded == "." || encoded == ".."
            ? String(repeating: "%2E", count: encoded.utf8.count) : encoded
    }

    private static func isUnreserved(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(octet)
        }
    }
}
