/// What a request is about: the parts of its path.
struct Target: Sendable {
    let kind: ResourceKind
    /// Empty: all namespaces, or a resource without them.
    let namespace: String
    /// Empty: the collection.
    let name: String
    /// Empty: the object itself.
    let subresource: String

    /// Nil for what is no path of a resource; throws for one of a resource that there is not.
    init?(path: String) throws(Refusal) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        let group: String
        var rest: ArraySlice<String>
        switch parts.first {
        case "api" where parts.count >= 3:
            group = ""
            rest = parts[2...]
        case "apis" where parts.count >= 4:
            group = parts[1]
            rest = parts[3...]
        default: return nil
        }
        let version = group.isEmpty ? parts[1] : parts[2]
        var namespace = ""
        if rest.first == "namespaces", rest.count >= 3, rest.dropFirst(2).first != "status" {
            namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        let plural = rest.first ?? ""
        let found = ResourceKind.all.first {
            $0.group == group && $0.version == version && $0.plural == plural && ($0.isNamespaced || namespace.isEmpty)
        }
        guard let found, rest.count <= 3 else { throw .noSuchResource }
        kind = found
        self.namespace = namespace
        name = rest.dropFirst().first ?? ""
        subresource = rest.dropFirst(2).first ?? ""
    }

    var key: String { Stored.key(namespace: namespace, name: name) }
    /// As in RBAC rules: `services/status`.
    var resource: String { subresource.isEmpty ? kind.plural : "\(kind.plural)/\(subresource)" }
}
