/// Some of the endpoints of a Service, in one address family (discovery.k8s.io/v1).
public struct EndpointSlice: Resource {
    /// discovery.k8s.io/v1.
    public static let kind = ResourceKind(
        group: "discovery.k8s.io", version: "v1", name: "EndpointSlice", plural: "endpointslices",
        isNamespaced: true)
    /// The label that names the Service.
    public static let serviceNameLabel = "kubernetes.io/service-name"

    /// Name, labels and the like.
    public var metadata: ObjectMeta
    /// `IPv4`, `IPv6` or `FQDN`.
    public var addressType: String
    /// At most 1000.
    public var endpoints: [Endpoint]

    /// The Service it belongs to; nil for a slice that belongs to none.
    public var serviceName: String? { metadata.labels[Self.serviceNameLabel] }

    private enum Key: String, CodingKey {
        case metadata, addressType, endpoints
    }

    /// Absent members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        addressType = try container.decode(.addressType, default: "")
        endpoints = try container.decode(.endpoints, default: [])
    }
}

/// One endpoint: usually a pod.
public struct Endpoint: Decodable, Equatable, Sendable {
    /// Of the slice's type; the same one may be in other slices, too.
    public var addresses: [String]
    /// Wants new connections.
    public var isReady: Bool
    /// Ready, or still answering while it terminates.
    public var isServing: Bool
    /// Asked to end.
    public var isTerminating: Bool
    /// Where it runs; nil for endpoints outside the cluster.
    public var nodeName: String?

    private enum Key: String, CodingKey {
        case addresses, conditions, nodeName
    }

    private struct Conditions: Decodable {
        var ready: Bool?
        var serving: Bool?
        var terminating: Bool?
    }

    /// What is not told counts as: ready, serving as ready, not terminating.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let conditions: Conditions? = try container.decode(.conditions)
        addresses = try container.decode(.addresses, default: [])
        isReady = conditions?.ready ?? true
        isServing = conditions?.serving ?? isReady
        isTerminating = conditions?.terminating ?? false
        nodeName = try container.decode(.nodeName)
    }
}
