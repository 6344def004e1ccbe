/// A resource that the server keeps: one row of API discovery.
struct ResourceKind: Hashable, Sendable {
    let group: String
    let version: String
    let plural: String
    let kind: String
    let isNamespaced: Bool
    var hasStatus = false
    /// Whether `metadata.generation` counts changes of the wish. Services have none.
    var countsGenerations = false
    /// For people at a command line.
    var shortNames: [String] = []

    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// As in messages: `leases.coordination.k8s.io`.
    var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }
    /// As in messages about an object that is invalid: `Lease.coordination.k8s.io`.
    var qualifiedKind: String { group.isEmpty || group == "events.k8s.io" ? kind : "\(kind).\(group)" }
    /// What begins every object's text.
    var prefix: [UInt8] { Array("{\"kind\":\"\(kind)\",\"apiVersion\":\"\(apiVersion)\",".utf8) }

    static let service = ResourceKind(
        group: "", version: "v1", plural: "services", kind: "Service", isNamespaced: true, hasStatus: true,
        shortNames: ["svc"])
    static let node = ResourceKind(
        group: "", version: "v1", plural: "nodes", kind: "Node", isNamespaced: false, hasStatus: true,
        shortNames: ["no"])
    static let namespace = ResourceKind(
        group: "", version: "v1", plural: "namespaces", kind: "Namespace", isNamespaced: false, hasStatus: true,
        shortNames: ["ns"])
    static let endpointSlice = ResourceKind(
        group: "discovery.k8s.io", version: "v1", plural: "endpointslices", kind: "EndpointSlice", isNamespaced: true,
        countsGenerations: true)
    static let lease = ResourceKind(
        group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease", isNamespaced: true)
    static let event = ResourceKind(
        group: "events.k8s.io", version: "v1", plural: "events", kind: "Event", isNamespaced: true)
    static let coreEvent = ResourceKind(
        group: "", version: "v1", plural: "events", kind: "Event", isNamespaced: true)

    static let serviceCIDR = ResourceKind(
        group: "networking.k8s.io", version: "v1", plural: "servicecidrs", kind: "ServiceCIDR", isNamespaced: false,
        hasStatus: true)

    static let all = [
        service, node, namespace, endpointSlice, lease, event, coreEvent, serviceCIDR,
        ResourceKind(group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", isNamespaced: true),
        ResourceKind(group: "", version: "v1", plural: "endpoints", kind: "Endpoints", isNamespaced: true),
        ResourceKind(group: "", version: "v1", plural: "secrets", kind: "Secret", isNamespaced: true),
        ResourceKind(
            group: "", version: "v1", plural: "serviceaccounts", kind: "ServiceAccount", isNamespaced: true),
        ResourceKind(
            group: "rbac.authorization.k8s.io", version: "v1", plural: "clusterroles", kind: "ClusterRole",
            isNamespaced: false),
        ResourceKind(
            group: "rbac.authorization.k8s.io", version: "v1", plural: "clusterrolebindings",
            kind: "ClusterRoleBinding", isNamespaced: false),
        ResourceKind(
            group: "rbac.authorization.k8s.io", version: "v1", plural: "roles", kind: "Role", isNamespaced: true),
        ResourceKind(
            group: "rbac.authorization.k8s.io", version: "v1", plural: "rolebindings", kind: "RoleBinding",
            isNamespaced: true),
    ]
}
